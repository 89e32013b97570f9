// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import io.couchmigrator.Router;
import io.couchmigrator.Upsert;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code blobs_blobmeta}: what is known of one blob. Whether the table can hold the values is the writer's to
 * check.
 *
 * @param domain the project that the blob belongs to, or {@link DomainRule#UNKNOWN}
 * @param parentId the id of what owns it
 * @param name its name beside the owner's other blobs
 * @param key its key in the object store
 * @param kind what it is
 * @param contentLength its size in bytes, 0 if nobody knows
 * @param contentType its media type, or null
 */
record BlobMeta(
        String domain,
        String parentId,
        String name,
        String key,
        BlobKind kind,
        long contentLength,
        @Nullable String contentType) {

    /** Returns the upsert that leaves alone what is already there. */
    static Upsert<BlobMeta> upsert() {
        return Upsert.<BlobMeta>into("blobs_blobmeta")
                .tableBehindView("blobs_blobmeta_tbl")
                .key("key", BlobMeta::key)
                .text("domain", BlobMeta::domain)
                .text("parent_id", BlobMeta::parentId)
                .text("name", BlobMeta::name)
                .integer("type_code", row -> row.kind().code())
                .integer("content_length", BlobMeta::contentLength)
                .text("content_type", BlobMeta::contentType)
                .router(Router.sipHash(BlobMeta::parentId))
                .expression("created_on", "clock_timestamp()")
                .build();
    }
}
