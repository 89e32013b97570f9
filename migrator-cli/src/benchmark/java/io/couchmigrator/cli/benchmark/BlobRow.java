// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.Change;
import io.couchmigrator.Upsert;
import java.util.List;

/** A row of {@code blobs_blobmeta}, written here through the same public upsert as the migration writes its own. */
record BlobRow(
        String domain, String parentId, String name, String key, int typeCode, long contentLength, String contentType) {

    /** Returns what a document asks for of which this row is made. */
    Change<BlobRow> change() {
        return new Change.Present<>(parentId, "1-a", List.of(this));
    }

    static Upsert<BlobRow> upsert() {
        return Upsert.<BlobRow>into("blobs_blobmeta")
                .key("key", BlobRow::key)
                .text("domain", BlobRow::domain)
                .text("parent_id", BlobRow::parentId)
                .text("name", BlobRow::name)
                .integer("type_code", BlobRow::typeCode)
                .integer("content_length", BlobRow::contentLength)
                .text("content_type", BlobRow::contentType)
                .expression("created_on", "clock_timestamp()")
                .build();
    }
}
