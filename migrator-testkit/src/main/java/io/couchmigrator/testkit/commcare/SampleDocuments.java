// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Any number of documents with blobs, of every type that the migration {@code migrate_metadata} knows and one that it
 * leaves out, and the rows that must come of them.
 *
 * <p>Everything follows from the seed: the same arguments give the same documents, made anew each time they are asked
 * for, so that a large sample needs no memory. Immutable.
 */
public final class SampleDocuments {
    private final String mainDatabase;
    private final long seed;
    private final int count;
    private final int bytes;

    private SampleDocuments(String mainDatabase, long seed, int count, int bytes) {
        this.mainDatabase = mainDatabase;
        this.seed = seed;
        this.count = count;
        this.bytes = bytes;
    }

    /**
     * Returns a sample.
     *
     * @param mainDatabase the main database's name, which the other databases' names begin with
     * @param seed any number
     * @param count how many documents, in all databases but the users' together
     * @param bytes the size of a document; one that would be smaller is filled up, none is cut
     */
    public static SampleDocuments of(String mainDatabase, long seed, int count, int bytes) {
        return new SampleDocuments(mainDatabase, seed, count, bytes);
    }

    /** Returns the names of the databases that have documents with blobs, in the order of the stages. */
    public List<String> databases() {
        return Stream.of("", "__apps", "__domains", "__meta")
                .map(suffix -> mainDatabase + suffix)
                .toList();
    }

    /** Returns the documents with their rows, one after the other. The types take turns. */
    public Stream<SampleDocument> documents() {
        return IntStream.range(0, count).mapToObj(index -> SampleDocument.of(mainDatabase, seed, index, bytes));
    }

    /** Returns the name of the users' database. */
    public String usersDatabase() {
        return mainDatabase + "__users";
    }

    /** Returns the documents of the users' database, which have no blobs. */
    public List<JsonObject> users() {
        return SampleTables.users();
    }

    /** Returns the statements that fill the source tables of {@link BlobSchema}. */
    public String sourcesSql() {
        return SampleTables.sql();
    }

    /** Returns all rows that must result, those of the source tables too. */
    public List<ExpectedRow> rows() {
        List<ExpectedRow> rows = new ArrayList<>();
        documents().forEach(document -> rows.addAll(document.rows()));
        rows.addAll(SampleTables.rows());
        return rows;
    }

    /** Creates the databases in a double, the users' too, and fills them. */
    public void loadInto(CouchDouble couch) {
        for (String database : databases()) {
            couch.create(database)
                    .load(documents()
                            .filter(sample -> sample.database().equals(database))
                            .map(SampleDocument::document));
        }
        couch.create(usersDatabase()).load(users().stream());
    }

    /** Creates all tables, the optional one too, in an empty database and fills the sources. */
    public void loadInto(TestDatabase database) throws SQLException {
        database.create(BlobSchema.values());
        database.execute(sourcesSql());
    }
}
