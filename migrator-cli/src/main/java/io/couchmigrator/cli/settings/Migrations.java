// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.Migration;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.commcare.BlobMetadata;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The migrations that this program knows. */
public enum Migrations {
    MIGRATE_METADATA(BlobMetadata.SLUG, "one row in blobs_blobmeta for each blob that CommCare HQ keeps");

    private final String slug;
    private final String description;

    Migrations(String slug, String description) {
        this.slug = slug;
        this.description = description;
    }

    /** Returns the migration with this slug. */
    public static Optional<Migrations> named(String slug) {
        return Arrays.stream(values())
                .filter(migration -> migration.slug.equals(slug))
                .findFirst();
    }

    /** Returns the slugs of all of them. */
    public static List<String> slugs() {
        return Arrays.stream(values()).map(migration -> migration.slug).toList();
    }

    /** Returns a line for each. */
    public static List<String> list() {
        return Arrays.stream(values())
                .map(migration -> "%s  %s".formatted(migration.slug, migration.description))
                .toList();
    }

    /** Returns the names of its stages that read a table. */
    public List<String> tableStages() {
        return of("any").stages().stream()
                .filter(TableStage.class::isInstance)
                .<String>map(Stage::name)
                .toList();
    }

    /** Returns the migration out of this main CouchDB database. */
    public Migration of(String mainDatabase) {
        return switch (this) {
            case MIGRATE_METADATA -> BlobMetadata.migration(mainDatabase);
        };
    }
}
