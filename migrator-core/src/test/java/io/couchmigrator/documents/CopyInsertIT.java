// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows are copied where there are none, and merged everywhere else. */
@ExtendWith(MigratorExtension.class)
final class CopyInsertIT {
    @TempDir
    private Path logs;

    @Test
    void isUsedBetweenRowsAlone(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(30));
        Copies.createTable(database);
        tellsStatements(database);

        Outcome first = run(couch, database).outcome();
        String copied = statements(database);
        database.execute("truncate told");
        shop.load(Copies.documents(45).skip(30));
        shop.put(Copies.document("d007", 70));
        Outcome second = run(couch, database).outcome();

        assertThat(first).isEqualTo(Outcome.COMPLETE);
        assertThat(second).isEqualTo(Outcome.COMPLETE);
        assertThat(copied).matches("copy=(29|30).*");
        assertThat(statements(database)).isEqualTo("insert=15 with=1");
        assertThat(Copies.rows(database)).hasSize(45).contains("d007=70", "d044=44");
    }

    /** The table has them in the order of code points, in which surrogates come last. */
    @Test
    void isNotTriedWhereRowsAreWhateverTheIds(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(hostile(0));
        Copies.createTable(database);
        whenCopied(database, "");

        run(couch, database);
        List<String> first = copies(database);
        shop.load(hostile(1));
        Outcome second = run(couch, database).outcome();

        assertThat(first).containsExactly("1");
        assertThat(second).isEqualTo(Outcome.COMPLETE);
        assertThat(copies(database)).containsExactly("1");
        assertThat(Copies.rows(database)).hasSize(20).allMatch(row -> row.endsWith("=1"));
    }

    /** Refused as by a proxy that knows no COPY, which no savepoint undoes where the connection ends with it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "raise exception 'no copies' using errcode = '0A000';",
                "perform pg_terminate_backend(pg_backend_pid());"
            })
    void isNoLongerTriedWhereItFailedThreeTimesInARow(String failure, CouchDouble couch, TestDatabase database)
            throws Exception {
        couch.create("shop").load(Copies.documents(100));
        Copies.createTable(database);
        whenCopied(database, failure);

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .chunkSize(20)
                .maxOutage(Duration.ofSeconds(10))
                .build()
                .run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(copies(database)).containsExactly("3");
        assertThat(Copies.rows(database)).hasSize(100);
    }

    @Test
    void isTriedAgainWhereItFailedNowAndThen(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(200));
        Copies.createTable(database);
        whenCopied(
                database,
                "if (select last_value % 3 <> 0 from copies) then raise exception 'no copies' using errcode = '0A000'; end if;");

        Outcome outcome = Copies.migrator(Copies.migration(), couch, database, logs)
                .chunkSize(20)
                .build()
                .run()
                .outcome();

        assertThat(outcome).isEqualTo(Outcome.COMPLETE);
        assertThat(copies(database)).containsExactly("10");
        assertThat(Copies.rows(database)).hasSize(200);
    }

    @Test
    void leavesItToTheOtherWayToTellWhoIsToBlame(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(30));
        shop.putRaw(
                "d0155",
                "{\"_id\":\"d0155\",\"_rev\":\"1-967a00dff5e02add41819138abb3284d\",\"secret\":1e200000}"
                        .getBytes(StandardCharsets.UTF_8));

        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.tallies().rejected()).isOne();
        assertThat(Copies.rows(database)).hasSize(30);
    }

    @Test
    void goesPastNoRuleSinceATableWithOneIsRefused(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        Copies.createTable(database);
        database.execute(
                "create table audit (id text); create rule audited as on insert to shop do also insert into audit values (new.id)");

        Outcome outcome = run(couch, database).outcome();

        assertThat(outcome).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(Copies.rows(database)).isEmpty();
    }

    @Test
    void countsWhatATriggerDrops(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(20));
        Copies.createTable(database);
        database.execute(
                "create function drops() returns trigger language plpgsql as 'begin return null; end'; "
                        + "create trigger dropping before insert on shop for each row when (new.id = 'd013') execute function drops()");

        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(Copies.rows(database)).hasSize(19);
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs)
                .chunkSize(100)
                .build()
                .run();
    }

    /** Returns documents that come before U+10000, and as many after it. */
    private static Stream<JsonObject> hostile(int value) {
        return Stream.of("\uE000", "\uD800\uDC00")
                .flatMap(first -> IntStream.range(0, 10).mapToObj(number -> Copies.document(first + number, value)));
    }

    /** Has copies counted, and something done before their first row. */
    private static void whenCopied(TestDatabase database, String statement) throws SQLException {
        database.execute("""
                create sequence copies;
                create function copied() returns trigger language plpgsql as $$ begin
                  if current_query() like 'copy%%' then perform nextval('copies'); %s end if; return null;
                end $$;
                create trigger copying before insert on shop for each statement execute function copied()
                """.formatted(statement));
    }

    private static List<String> copies(TestDatabase database) throws SQLException {
        return database.query("select last_value from copies where is_called");
    }

    /** Has the first word of the statement told that each row comes by. */
    private static void tellsStatements(TestDatabase database) throws SQLException {
        database.execute("create table told (word text); "
                + "create function tells() returns trigger language plpgsql as $$begin insert into told values (split_part(ltrim(current_query()), ' ', 1)); return null; end$$; "
                + "create trigger telling after insert or update on shop for each row execute function tells()");
    }

    private static String statements(TestDatabase database) throws SQLException {
        return String.join(" ", database.query("select word || '=' || count(*) from told group by word order by word"));
    }
}
