// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.cli.Operator;
import io.couchmigrator.commcare.BlobMetadata;
import io.couchmigrator.documents.Documents;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocument;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

/** The program that lives and dies in a story, what it migrates, and which rows come of it. */
enum Program {
    /** The real one, which leaves rows that are there alone. */
    MIGRATOR(BlobMetadata.SLUG),
    /** One that embeds the library, and gives rows that are there their new values. */
    EMBEDDING(NewestBlobs.SLUG),
    /** The real one with documents as they are, whose rows go when they go. */
    DOCUMENTS(Documents.SLUG),
    /** The same with its other ways: their rows stay, and what is U+0000 in them is replaced. */
    LENIENT_DOCUMENTS(Documents.SLUG);

    private static final List<String> OTHER_WAYS = List.of("--deletions=keep", "--nul=replace");

    private final String slug;

    Program(String slug) {
        this.slug = slug;
    }

    String slug() {
        return slug;
    }

    /** Returns what an edit can do to a document so that it is rejected. */
    List<Ailment> ailments() {
        if (replacesNul()) {
            return Ailment.OF_DOCUMENTS_WITHOUT_NUL;
        }
        return owns() ? Ailment.OF_DOCUMENTS : Ailment.OF_BLOBS;
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
            case DOCUMENTS, LENIENT_DOCUMENTS ->
                new Operator(List.of(Operator.program()), slug, couch, database, logs)
                        .always(DocumentCopies.DATABASES.stream()
                                .map("--couch-db="::concat)
                                .toList())
                        .always(this == LENIENT_DOCUMENTS ? OTHER_WAYS : List.of());
        };
    }

    /** Returns the rows that a sound document, which has its {@code _rev}, asks for. */
    List<Row> rows(SampleDocument document) {
        return switch (this) {
            case MIGRATOR -> document.rows().stream().map(Row::of).toList();
            case EMBEDDING -> List.of(Row.of(NewestBlobs.row(document)));
            case DOCUMENTS, LENIENT_DOCUMENTS -> List.of(DocumentCopies.row(document));
        };
    }

    /** Returns the rows that a database of the target has. */
    List<Row> read(TestDatabase database) throws SQLException {
        return owns()
                ? DocumentCopies.read(database)
                : ExpectedRow.readAll(database.dataSource()).stream()
                        .map(Row::of)
                        .toList();
    }

    boolean readsTables() {
        return this == MIGRATOR;
    }

    /** Returns whether the tables are the program's own, so that no row in them is of a former version of a document that is there. */
    boolean owns() {
        return this == DOCUMENTS || this == LENIENT_DOCUMENTS;
    }

    /** Returns whether it owns the tables, and the rows of documents that go stay all the same. */
    boolean keeps() {
        return this == LENIENT_DOCUMENTS;
    }

    /** Returns whether documents with U+0000 in their bodies have rows. */
    boolean replacesNul() {
        return this == LENIENT_DOCUMENTS;
    }

    boolean recordsCompletion() {
        return !owns();
    }

    @Override
    public String toString() {
        return this == LENIENT_DOCUMENTS ? slug + " " + String.join(" ", OTHER_WAYS) : slug;
    }
}
