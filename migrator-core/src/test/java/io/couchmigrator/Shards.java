// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import javax.sql.DataSource;

/** A sharded installation with the corpus: a main database without a table for rows, and four shards on some databases. */
final class Shards implements AutoCloseable {
    private static final int COUNT = 4;

    private final Corpus corpus = Corpus.load();
    private final TestDatabase main;
    private final List<TestDatabase> databases = new ArrayList<>();

    /** Creates an installation whose databases are on these servers, one on each. */
    Shards(CouchDouble couch, TestDatabase main, List<PostgresServer> servers) throws SQLException {
        this.main = main;
        corpus.loadInto(couch);
        corpus.loadInto(main);
        main.execute("drop table blobs_blobmeta");
        for (PostgresServer server : servers) {
            TestDatabase database = server.createDatabase();
            databases.add(database);
            database.create(BlobSchema.TARGET);
            database.execute("drop table blobs_blobmigrationstate");
        }
    }

    /** Creates an installation with so many databases of shards, all on this server. */
    static Shards on(CouchDouble couch, TestDatabase main, PostgresServer server, int databases) throws SQLException {
        return new Shards(couch, main, Collections.nCopies(databases, server));
    }

    Corpus corpus() {
        return corpus;
    }

    TestDatabase main() {
        return main;
    }

    TestDatabase database(int number) {
        return databases.get(number);
    }

    /** Returns what a database is called. */
    String name(int number) {
        TestDatabase database = databases.get(number);
        int each = COUNT / databases.size();
        return "PostgreSQL at %s:%d/%s (shards [%d,%d])"
                .formatted(database.host(), database.port(), database.name(), number * each, (number + 1) * each - 1);
    }

    /** Puts a row into a database, wherever it belongs. */
    static void insert(TestDatabase database, ExpectedRow row) throws SQLException {
        insert(database, "blobs_blobmeta", row);
    }

    /** Puts rows into a database, wherever they belong. */
    static void insert(TestDatabase database, List<ExpectedRow> rows) throws SQLException {
        database.execute(
                rows.stream().map(row -> insertion("blobs_blobmeta", row)).collect(Collectors.joining(";")));
    }

    /** Puts a row into a table. */
    static void insert(TestDatabase database, String table, ExpectedRow row) throws SQLException {
        database.execute(insertion(table, row));
    }

    private static String insertion(String table, ExpectedRow row) {
        String contentType = row.contentType() == null ? "null" : "'" + row.contentType() + "'";
        return "insert into %s (domain, type_code, parent_id, name, key, content_type, content_length, created_on) values ('%s', %d, '%s', '%s', '%s', %s, %d, now())"
                .formatted(
                        table,
                        row.domain().replace("'", "''"),
                        row.typeCode(),
                        row.parentId().replace("'", "''"),
                        row.name().replace("'", "''"),
                        row.key().replace("'", "''"),
                        contentType,
                        row.contentLength());
    }

    ShardMap map() {
        return map(databases.stream().map(TestDatabase::dataSource).toList());
    }

    /** Returns a map in which these hold as many shards each. */
    static ShardMap map(List<DataSource> sources) {
        ShardMap.Builder builder = ShardMap.builder();
        int each = COUNT / sources.size();
        for (int i = 0; i < sources.size(); i++) {
            builder.shards(i * each, (i + 1) * each - 1, sources.get(i));
        }
        return builder.build();
    }

    Migrator.Builder migrator(CouchDouble couch, Path logs) {
        return Blobs.migrator(couch, main.dataSource(), logs).shards(map());
    }

    /** Makes sure that each database has exactly the rows of the corpus that belong there. */
    void assertExact() throws SQLException {
        for (int number = 0; number < databases.size(); number++) {
            int its = number;
            assertThat(rows(number))
                    .as("rows of database %d", number)
                    .containsExactlyInAnyOrderElementsOf(corpus.rows().stream()
                            .filter(row -> place(row) == its)
                            .toList());
        }
    }

    List<ExpectedRow> rows(int number) throws SQLException {
        return ExpectedRow.readAll(databases.get(number).dataSource());
    }

    /** Returns the number of the database in which a row belongs. */
    int place(ExpectedRow row) {
        return corpus.shardsOfFour().get(row.key()) / (COUNT / databases.size());
    }

    /** Returns a row that belongs in a database. */
    ExpectedRow rowOf(int number) {
        return corpus.rows().stream()
                .filter(row -> place(row) == number)
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() throws SQLException {
        for (TestDatabase database : databases) {
            database.close();
        }
    }
}
