// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.couchmigrator.documents.Documents;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;

/** The same migrations behind a pooler that lends server connections for a transaction. */
@ExtendWith(MigratorExtension.class)
@EnabledIfEnvironmentVariable(named = Pooler.VARIABLE, matches = ".+")
final class PoolerIT {
    @TempDir
    private Path logs;

    @TempDir
    private Path poolerDirectory;

    private final Recorder recorder = new Recorder();

    @Test
    void writesExactlyTheExpectedRowsOfTheCorpus(CouchDouble couch, TestDatabase database) throws Exception {
        Corpus corpus = Corpus.load();
        corpus.loadInto(couch);
        corpus.loadInto(database);
        try (Pooler pooler = Pooler.start(database, poolerDirectory)) {
            for (int chunkSize : new int[] {7, 1000}) {
                Result result = migrator(couch, pooler.dataSource())
                        .chunkSize(chunkSize)
                        .build()
                        .run();

                assertThat(result.failures()).isEmpty();
                assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            }
        }

        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
        assertThat(recorder.lines())
                .contains("warned No lock is taken in PostgreSQL, since a pooler stands before PostgreSQL."
                        + " Run this migration on one host at a time.");
    }

    @Test
    void writesExactlyTheExpectedRowsOfManyRanges(CouchDouble couch, TestDatabase database) throws Exception {
        SampleDocuments sample = SampleDocuments.of("commcarehq", 20181024, 9_000, 300);
        sample.loadInto(couch);
        sample.loadInto(database);
        try (Pooler pooler = Pooler.start(database, poolerDirectory)) {
            Result result = migrator(couch, pooler.dataSource())
                    .workers(8)
                    .chunkSize(100)
                    .build()
                    .run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        }

        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(sample.rows());
    }

    @Test
    void copiesDocuments(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(IntStream.range(0, 300).mapToObj(number -> Orders.order(number, "c")));
        database.execute("""
                create table shop (id text collate "C" primary key, rev text not null, doc jsonb not null);
                create table told (statement text);
                create function tells() returns trigger language plpgsql as $$ begin insert into told values (current_query()); return null; end $$;
                create trigger telling after insert on shop for each row execute function tells()
                """);
        Migration documents =
                Documents.builder().database("shop", TableName.of("shop")).build();
        try (Pooler pooler = Pooler.start(database, poolerDirectory)) {
            Result result = Migrator.builder(documents)
                    .source(CouchServer.builder(couch.url()).build())
                    .target(pooler.dataSource())
                    .logDirectory(logs)
                    .workers(1)
                    .chunkSize(100)
                    .build()
                    .run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        }

        assertThat(database.query("select id from shop")).hasSize(300);
        assertThat(database.query("select statement from told where statement like 'copy%'"))
                .hasSizeGreaterThan(250);
    }

    /** With these the driver names a statement at its first execution, before the server can tell that a pooler stands between. */
    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    void namesNoStatementWhateverTheUrlSays(int threshold, CouchDouble couch, TestDatabase database) throws Exception {
        Corpus corpus = Corpus.load();
        corpus.loadInto(couch);
        corpus.loadInto(database);
        try (Pooler pooler = Pooler.start(database, poolerDirectory)) {
            DataSource naming = pooler.dataSource("?prepareThreshold=" + threshold);
            for (int run = 0; run < 2; run++) {
                Result result =
                        migrator(couch, naming).startOver(run > 0).build().run();

                assertThat(result.failures()).isEmpty();
                assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            }

            assertThat(named(pooler)).containsExactly(0, 0);
        }
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
    }

    /** Returns how many statements each of the pooler's server connections keeps by name. */
    private static List<Integer> named(Pooler pooler) throws SQLException {
        try (Connection one = pooler.dataSource().getConnection();
                Connection other = pooler.dataSource().getConnection()) {
            one.setAutoCommit(false);
            other.setAutoCommit(false);
            return List.of(named(one), named(other));
        }
    }

    private static int named(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from pg_prepared_statements")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** As a pool does that an embedding program has: it lends one connection after the other for run after run. */
    @Test
    void givesConnectionsBackAsTheyCame(CouchDouble couch, TestDatabase database) throws Exception {
        Corpus corpus = Corpus.load();
        corpus.loadInto(couch);
        corpus.loadInto(database);
        HikariConfig config = new HikariConfig();
        config.setMaximumPoolSize(6);
        config.setMinimumIdle(0);
        try (Pooler pooler = Pooler.start(database, poolerDirectory)) {
            config.setDataSource(pooler.dataSource());
            try (HikariDataSource pool = new HikariDataSource(config)) {
                for (int run = 0; run < 3; run++) {
                    Result result =
                            migrator(couch, pool).startOver(run > 0).build().run();

                    assertThat(result.failures()).isEmpty();
                }
                try (Connection lent = pool.getConnection()) {
                    assertThat(lent.unwrap(PGConnection.class).getPrepareThreshold())
                            .isEqualTo(5);
                }
            }
        }
    }

    private Migrator.Builder migrator(CouchDouble couch, DataSource target) {
        return Blobs.migrator(couch, target, logs).listener(recorder);
    }
}
