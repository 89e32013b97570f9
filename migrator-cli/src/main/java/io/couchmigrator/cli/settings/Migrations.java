// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.Migration;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.commcare.BlobMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The migrations that this program knows. */
enum Migrations {
    MIGRATE_METADATA(BlobMetadata.SLUG, "one row in blobs_blobmeta for each blob that CommCare HQ keeps");

    private final String slug;
    private final String description;

    Migrations(String slug, String description) {
        this.slug = slug;
        this.description = description;
    }

    static Optional<Migrations> named(String slug) {
        return Arrays.stream(values())
                .filter(migration -> migration.slug.equals(slug))
                .findFirst();
    }

    static List<String> slugs() {
        return Arrays.stream(values()).map(migration -> migration.slug).toList();
    }

    /** Returns a line for each. */
    static List<String> list() {
        return Arrays.stream(values())
                .map(migration -> "%s  %s".formatted(migration.slug, migration.description))
                .toList();
    }

    /** Returns the names of its stages that read a table. */
    List<String> tableStages() {
        return of("any").stages().stream()
                .filter(TableStage.class::isInstance)
                .<String>map(Stage::name)
                .toList();
    }

    /** Returns the migration out of this main CouchDB database. */
    Migration of(String mainDatabase) {
        return switch (this) {
            case MIGRATE_METADATA -> BlobMetadata.migration(mainDatabase);
        };
    }
}
