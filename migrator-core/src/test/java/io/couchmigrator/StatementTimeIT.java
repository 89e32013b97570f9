// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A target that gives statements little time. */
@ExtendWith(MigratorExtension.class)
final class StatementTimeIT {
    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @Test
    void writesFewerAtOnceAndTellsHowManyPass(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 180);
        slow(database, "true", "0.02");
        AtomicInteger cancelled = new AtomicInteger();
        Writer<Document> writer = Orders.writer();
        Writer<Document> counting = (connection, changes) -> write(writer, connection, changes, cancelled);

        Result result =
                migrator(couch, database, counting).chunkSize(60).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(180));
        assertThat(recorder.lines().stream().filter(line -> line.startsWith("warned")))
                .singleElement()
                .asString()
                .contains("statements of stage \"orders\"", "SQLSTATE 57014")
                .containsPattern("they pass in batches of [1-9][0-9]?\\. Set chunkSize\\([1-9][0-9]?\\),");
        // Of 60, of 30, and perhaps of 15: not again for each batch.
        assertThat(cancelled.get()).isBetween(1, 5);
    }

    @Test
    void writesFewerAtOnceWhereAStatementNeedsMoreThanItMayHave(CouchDouble couch, TestDatabase database)
            throws Exception {
        Orders.create(couch, database, 180);
        Writer<Document> writer = Orders.writer();
        Writer<Document> sorting = (connection, changes) -> {
            if (changes.size() > 20) {
                throw new SQLException("temporary file size exceeds temp_file_limit (1024kB)", "53400");
            }
            return writer.write(connection, changes);
        };

        Result result = migrator(couch, database, sorting).chunkSize(60).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(180));
        assertThat(recorder.lines().stream().filter(line -> line.startsWith("warned")))
                .anySatisfy(line -> assertThat(line)
                        .contains("SQLSTATE 53400, as temp_file_limit has it): they pass in batches of 15."));
    }

    @Test
    void waitsWhereASingleDocumentTakesTooLong(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 10);
        slow(database, "new.total = 7", "60");

        Result result = migrator(couch, database, Orders.writer())
                .maxOutage(Duration.ofSeconds(1))
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("SQLSTATE 57014"));
        assertThat(result.outstanding()).isZero();
    }

    private static int write(
            Writer<Document> writer, Connection connection, List<Change<Document>> changes, AtomicInteger cancelled)
            throws SQLException {
        try {
            return writer.write(connection, changes);
        } catch (SQLException e) {
            if ("57014".equals(e.getSQLState())) {
                cancelled.incrementAndGet();
            }
            throw e;
        }
    }

    private static void slow(TestDatabase database, String condition, String seconds) throws SQLException {
        database.execute(("create function sleeps() returns trigger language plpgsql as $$ begin if %s then"
                        + " perform pg_sleep(%s); end if; return new; end $$;"
                        + "create trigger sleeps before insert on orders for each row execute function sleeps();"
                        + "alter role %s set statement_timeout = '500ms'")
                .formatted(condition, seconds, database.user()));
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database, Writer<Document> writer) {
        return Orders.migrator(Orders.migration(Orders.stage().writer(writer).build()), couch, database, logs)
                .listener(recorder);
    }
}
