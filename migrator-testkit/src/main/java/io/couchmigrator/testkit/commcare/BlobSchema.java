// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import io.couchmigrator.testkit.postgres.Tables;

/**
 * The tables around the migration {@code migrate_metadata}, in groups that an installation has or has not.
 *
 * <pre>{@code
 * database.create(BlobSchema.TARGET, BlobSchema.SOURCES);
 * }</pre>
 */
public enum BlobSchema implements Tables {
    /** What is written: {@code blobs_blobmeta} and {@code blobs_blobmigrationstate}, with their indexes. */
    TARGET("sql/target.sql"),
    /** What every installation has to read: wire invoices, case uploads and restores of demo users. */
    SOURCES("sql/sources.sql"),
    /** What only some installations have to read: {@code icds_reports_icdsfile}. */
    ICDS_FILE("sql/icds_file.sql");

    private final String resource;

    BlobSchema(String resource) {
        this.resource = resource;
    }

    @Override
    public String sql() {
        return Resources.text(resource);
    }
}
