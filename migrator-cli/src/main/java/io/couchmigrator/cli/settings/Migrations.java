// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.Migration;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.commcare.BlobMetadata;
import io.couchmigrator.documents.Documents;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The migrations that this program knows. */
public enum Migrations {
    DOCUMENTS(Documents.SLUG, "every document of CouchDB databases as it is, each database in a table of its own"),
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
                .map(migration -> "%-16s  %s".formatted(migration.slug, migration.description))
                .toList();
    }

    /** Returns the slug. */
    @Override
    public String toString() {
        return slug;
    }

    /** Returns the names of its stages that read a table. */
    List<String> tableStages() {
        return switch (this) {
            case DOCUMENTS -> List.of();
            case MIGRATE_METADATA ->
                BlobMetadata.migration("any").stages().stream()
                        .filter(TableStage.class::isInstance)
                        .<String>map(Stage::name)
                        .toList();
        };
    }

    /** Returns the migration as it is set. */
    public Migration of(Settings settings) {
        return switch (this) {
            case DOCUMENTS -> settings.documents().migration();
            case MIGRATE_METADATA -> BlobMetadata.migration(settings.databases().get(0));
        };
    }
}
