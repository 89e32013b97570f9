// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import io.couchmigrator.DocumentStage;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The stages that read CouchDB databases. */
final class DocumentStages {
    /** Raised to 2 when keys, domains and what counts as none became the application's own to the letter. */
    private static final int DEFINITION = 2;

    private DocumentStages() {}

    /** Returns the stage of a database, which has the database's name. */
    static DocumentStage<BlobMeta> of(SourceDatabase source, String mainDatabase) {
        String database = source.name(mainDatabase);
        Set<DocType> types = DocType.in(source);
        BlobsOfDocument blobs = new BlobsOfDocument(database, types);
        DocumentStage.Builder<BlobMeta> stage = DocumentStage.<BlobMeta>builder(database)
                .definition(DEFINITION)
                .description(types.stream().map(DocType::text).collect(Collectors.joining(", ")))
                .fields(fields(types).toArray(String[]::new))
                .condition(blobs)
                .transform(blobs)
                .upsert(BlobMeta.upsert());
        if (types.stream().anyMatch(type -> type.domainRule() == DomainRule.WIRE_INVOICE)) {
            stage.lookup(WireInvoice.DOMAINS, blobs::invoices);
        }
        return stage.build();
    }

    private static Set<String> fields(Set<DocType> types) {
        Set<String> fields = new TreeSet<>(Set.of("doc_type", "external_blobs", "_attachments"));
        types.forEach(type -> fields.addAll(type.domainRule().fields()));
        return fields;
    }
}
