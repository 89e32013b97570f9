// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.Context;
import io.couchmigrator.Document;
import io.couchmigrator.Transform;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Makes a row of each blob that a document of one database owns. */
final class BlobsOfDocument implements Transform<Document, BlobMeta>, Predicate<Document> {
    private final String database;
    private final Map<String, DocType> types;

    BlobsOfDocument(String database, Collection<DocType> types) {
        this.database = database;
        this.types = types.stream().collect(Collectors.toUnmodifiableMap(DocType::text, Function.identity()));
    }

    /** Returns whether a document is of one of the types. */
    @Override
    public boolean test(Document document) {
        return type(document).isPresent();
    }

    /** Returns the wire invoices that a document's rows will need. */
    List<Long> invoices(Document document) {
        // Most documents are of no invoice: one look tells.
        return WireInvoice.isOf(document)
                ? type(document)
                        .map(type -> type.domainRule().invoices(document))
                        .orElse(List.of())
                : List.of();
    }

    @Override
    public List<BlobMeta> rows(Document document, Context context) {
        DocType type = type(document)
                .orElseThrow(
                        () -> new IllegalArgumentException("%s is of no type of database \"%s\": expected one of %s"
                                .formatted(document, database, types.keySet())));
        JsonElement externalBlobs = document.field("external_blobs");
        if (Json.isNone(externalBlobs)) {
            return List.of();
        }
        List<ExternalBlob> blobs = ExternalBlob.allIn(externalBlobs);
        Optional<String> domain = type.domainRule().domain(document, context);
        List<BlobMeta> rows = new ArrayList<>(blobs.size());
        for (ExternalBlob blob : blobs) {
            rows.add(row(document, type, domain.orElse(DomainRule.UNKNOWN), blob));
        }
        log(document, type, domain, context);
        return rows;
    }

    private BlobMeta row(Document document, DocType type, String domain, ExternalBlob blob) {
        return new BlobMeta(
                domain,
                document.id(),
                blob.name(),
                blob.key() == null ? BlobKey.of(database, document.id(), String.valueOf(blob.id())) : blob.key(),
                type.kind(),
                blob.contentLength(),
                blob.contentType());
    }

    private static void log(Document document, DocType type, Optional<String> domain, Context context) {
        JsonPrimitive id = new JsonPrimitive(document.id());
        if (domain.isEmpty()) {
            context.log(LogEntry.unknownDomain(type.text(), id));
        }
        JsonElement attachments = document.field("_attachments");
        if (attachments.isJsonObject() && !attachments.getAsJsonObject().isEmpty()) {
            context.log(LogEntry.ignoredAttachments(type.text(), id, domain, attachments));
        }
    }

    private Optional<DocType> type(Document document) {
        JsonElement docType = document.field("doc_type");
        return Json.isString(docType) ? Optional.ofNullable(types.get(docType.getAsString())) : Optional.empty();
    }
}
