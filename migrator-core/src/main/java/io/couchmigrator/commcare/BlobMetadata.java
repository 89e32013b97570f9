// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import io.couchmigrator.CompletionTable;
import io.couchmigrator.Migration;
import java.util.Objects;

/**
 * The migration {@value #SLUG}: what CommCare HQ knows of each file in its object store moves from the document that
 * owns the file, where it stands under {@code external_blobs}, to a row of the table {@code blobs_blobmeta}. Four
 * CouchDB databases and three SQL tables are read; a row that is already there is never changed.
 */
public final class BlobMetadata {
    /** The migration's slug. */
    public static final String SLUG = "migrate_metadata";

    /** The name that the main database has where nothing else is said. */
    public static final String DEFAULT_MAIN_DATABASE = "commcarehq";

    private BlobMetadata() {}

    /**
     * Returns the migration.
     *
     * @param mainDatabase the name of the main CouchDB database; the others are that name and {@code __apps},
     *     {@code __domains}, {@code __meta} and {@code __users}. Generated keys begin with a database's name, so it
     *     must be the name that the application uses
     */
    public static Migration migration(String mainDatabase) {
        Objects.requireNonNull(mainDatabase, "mainDatabase");
        Migration.Builder migration = Migration.builder(SLUG).logName("blob-migration");
        for (SourceDatabase database : SourceDatabase.values()) {
            migration.stage(DocumentStages.of(database, mainDatabase));
        }
        return migration
                .stage(TableStages.caseUploads())
                .stage(TableStages.demoUserRestores(mainDatabase + "__users"))
                .stage(TableStages.icdsFiles())
                .completion(new CompletionTable("blobs_blobmigrationstate", "slug", "timestamp"))
                .build();
    }
}
