// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.CompletionTable;
import io.couchmigrator.ConflictRule;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.ErrorRule;
import io.couchmigrator.Migration;
import io.couchmigrator.Upsert;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocument;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import java.util.List;
import java.util.Map;

/**
 * A migration whose rows follow their documents under {@link ConflictRule#UPDATE}, as those of {@code migrate_metadata} do
 * not: each document has one row, whose key is the document's id and whose values are those of its newest blob, which
 * stands last. Every edit changes it.
 */
final class NewestBlobs {
    static final String SLUG = "newest_blobs";

    private static final String BLOBS = "external_blobs";

    private NewestBlobs() {}

    static Migration migration(String mainDatabase) {
        Migration.Builder migration = Migration.builder(SLUG);
        for (String database : SampleDocuments.of(mainDatabase, 0, 0, 0).databases()) {
            migration.stage(DocumentStage.<ExpectedRow>builder(database)
                    .fields(BLOBS)
                    .transform((document, context) -> List.of(row(document.id(), document.field(BLOBS))))
                    .onTransformError(ErrorRule.REJECT)
                    .upsert(Upsert.<ExpectedRow>into("blobs_blobmeta")
                            .key("key", ExpectedRow::key)
                            .text("domain", ExpectedRow::domain)
                            .integer("type_code", ExpectedRow::typeCode)
                            .text("parent_id", ExpectedRow::parentId)
                            .text("name", ExpectedRow::name)
                            .text("content_type", ExpectedRow::contentType)
                            .integer("content_length", ExpectedRow::contentLength)
                            .expression("created_on", "clock_timestamp()")
                            .onConflict(ConflictRule.UPDATE)
                            .build())
                    .build());
        }
        return migration
                .completion(new CompletionTable("blobs_blobmigrationstate", "slug", "timestamp"))
                .build();
    }

    /** Returns the row that a document asks for. */
    static ExpectedRow row(SampleDocument sample) {
        JsonObject document = sample.document();
        return row(document.get("_id").getAsString(), document.get(BLOBS));
    }

    /** Throws anything where there is no blob, or one that is none; its document is then rejected. */
    private static ExpectedRow row(String id, JsonElement externalBlobs) {
        List<Map.Entry<String, JsonElement>> blobs =
                List.copyOf(externalBlobs.getAsJsonObject().entrySet());
        Map.Entry<String, JsonElement> newest = blobs.get(blobs.size() - 1);
        JsonObject blob = newest.getValue().getAsJsonObject();
        JsonElement contentType = blob.get("content_type");
        JsonElement contentLength = blob.get("content_length");
        return new ExpectedRow(
                "newest",
                0,
                blob.get(blob.has("key") ? "key" : "id").getAsString(),
                newest.getKey(),
                id,
                contentType.isJsonNull() ? null : contentType.getAsString(),
                contentLength == null ? 0 : contentLength.getAsLong());
    }
}
