// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.cli.Operator;
import io.couchmigrator.commcare.BlobMetadata;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocument;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;

/** The program that lives and dies in a story, and what it migrates. */
enum Program {
    /** The real one, which leaves rows that are there alone. */
    MIGRATOR(BlobMetadata.SLUG),
    /** One that embeds the library, and gives rows that are there their new values. */
    EMBEDDING(NewestBlobs.SLUG);

    private final String slug;

    Program(String slug) {
        this.slug = slug;
    }

    String slug() {
        return slug;
    }

    Operator operator(CouchDouble couch, TestDatabase database, Path logs) {
        return switch (this) {
            case MIGRATOR -> new Operator(couch, database, logs);
            case EMBEDDING ->
                new Operator(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                EmbeddingProgram.class.getName()),
                        slug,
                        couch,
                        database,
                        logs);
        };
    }

    /** Returns the rows that a sound document asks for. */
    List<ExpectedRow> rows(SampleDocument document) {
        return switch (this) {
            case MIGRATOR -> document.rows();
            case EMBEDDING -> List.of(NewestBlobs.row(document));
        };
    }

    boolean readsTables() {
        return this == MIGRATOR;
    }
}
