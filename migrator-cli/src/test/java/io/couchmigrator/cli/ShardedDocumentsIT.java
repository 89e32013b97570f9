// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.Router;
import io.couchmigrator.cli.Operator.Ended;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code migrator run documents} into two databases of shards, as an operator types it. */
@ExtendWith(MigratorExtension.class)
final class ShardedDocumentsIT {
    private static final int SHARDS = 4;
    private static final int COUNT = 40;
    private static final Router<String> ROUTER = Router.sipHash(Function.identity());

    @TempDir
    private Path directory;

    private final List<TestDatabase> databases = new ArrayList<>();
    private CouchDouble couch;
    private CouchDatabase orders;
    private TestDatabase main;

    @BeforeEach
    void create(CouchDouble couch, TestDatabase main, PostgresServer postgres) throws SQLException {
        this.couch = couch;
        this.main = main;
        orders = couch.create("orders");
        IntStream.range(0, COUNT).forEach(number -> orders.put(order(id(number), "as it was")));
        databases.add(postgres.createDatabase());
        databases.add(postgres.createDatabase());
    }

    @AfterEach
    void drop() throws SQLException {
        for (TestDatabase database : databases) {
            database.close();
        }
    }

    @Test
    void partsRowsByTheIdsAndBringsAnEditAndADeletion() throws Exception {
        Ended first = types("run");
        List<List<String>> parted = rows();
        orders.put(order(id(3), "edited"));
        orders.delete(id(4));
        Ended second = types("run");
        Ended verified = types("verify");

        assertThat(first.status()).as(first.console()).isZero();
        assertThat(first.console())
                .contains("Rows of shards [2,3] go to localhost:%d/%s.\n"
                        .formatted(databases.get(1).port(), databases.get(1).name()));
        assertThat(parted).doesNotContain(List.of()).isEqualTo(expected(number -> "as it was"));
        assertThat(second.status()).as(second.console()).isZero();
        assertThat(second.console()).contains("documents is complete: 1 row written, 0 already there, 1 deleted, ");
        assertThat(rows()).isEqualTo(expected(number -> number == 3 ? "edited" : number == 4 ? "" : "as it was"));
        assertThat(verified.status()).as(verified.console()).isZero();
        assertThat(main.query("select to_regclass('documents') is null")).containsExactly("t");
    }

    @Test
    void findsARowInTheWrongDatabaseAndTakesItAway() throws Exception {
        types("run");
        List<List<String>> before = rows();
        String id = databases.get(0).query("select min(id) from documents").get(0);
        databases.get(1).execute("insert into documents values ('%s', '1-x', '{}')".formatted(id));

        Ended found = types("verify");
        Ended run = types("run");
        Ended verified = types("verify");

        assertThat(found.status()).as(found.console()).isEqualTo(7);
        assertThat(found.console()).contains("orders: 1 extra.\n");
        assertThat(run.status()).as(run.console()).isZero();
        assertThat(run.console()).contains(" 1 deleted, ");
        assertThat(verified.status()).as(verified.console()).isZero();
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    void movesTheRowsOnceAnotherMapIsStartedOverWith() throws Exception {
        types("run");
        Collections.reverse(databases);

        Ended refused = types("run");
        Ended reset = types("run", "--reset");
        Ended verified = types("verify");

        assertThat(refused.status()).as(refused.console()).isEqualTo(6);
        assertThat(refused.console()).contains("database of shards [0,1]", "--reset");
        assertThat(reset.status()).as(reset.console()).isZero();
        assertThat(rows()).isEqualTo(expected(number -> "as it was"));
        assertThat(verified.status()).as(verified.console()).isZero();
    }

    @Test
    void refusesToGoOnWithoutTheMap() throws Exception {
        types("run");

        Ended without = Terminal.types(couch, main, words("run"));

        assertThat(without.status()).as(without.console()).isEqualTo(6);
        assertThat(without.console()).contains("map of shards: seen none, expected [0,1] [2,3]");
        assertThat(main.query("select to_regclass('documents') is null")).containsExactly("t");
    }

    @Test
    void refusesAMapThatIsHalfWrittenBeforeItConnects() throws Exception {
        Path file = directory.resolve("half.json");
        Files.writeString(file, "{\"shards\": [{\"shards\": [0, 1], \"PGDATABASE\": \"p1\"}, {\"shards\": [2, 3]}]}");
        List<String> words = words("run", "--config=" + file);

        Ended ended = Terminal.types(couch, main, words);

        assertThat(ended.status()).as(ended.console()).isEqualTo(2);
        assertThat(ended.console()).contains("shards[1] of " + file + ": expected either \"jdbc-url\", or at least");
        assertThat(couch.requests()).isEmpty();
    }

    private Ended types(String command, String... options) throws Exception {
        List<String> words = words(command, options);
        words.add(ShardsFile.write(directory, SHARDS, databases));
        return Terminal.types(couch, main, words);
    }

    private List<String> words(String command, String... options) {
        List<String> words = new ArrayList<>(
                List.of(command, "documents", "--couch-db=orders", "--log-dir=" + directory.resolve("logs")));
        words.addAll(List.of(options));
        return words;
    }

    /** Returns {@code id=text} of each row of each database, in order. */
    private List<List<String>> rows() throws SQLException {
        List<List<String>> rows = new ArrayList<>();
        for (TestDatabase database : databases) {
            rows.add(database.query("select id || '=' || (doc ->> 'text') from documents order by id"));
        }
        return rows;
    }

    /** Returns the same as it should be, where orders have these texts, or are gone if that is empty. */
    private List<List<String>> expected(Function<Integer, String> text) {
        List<List<String>> expected = List.of(new ArrayList<>(), new ArrayList<>());
        for (int number = 0; number < COUNT; number++) {
            int shard = ROUTER.shard(id(number), SHARDS);
            if (!text.apply(number).isEmpty()) {
                expected.get(shard / (SHARDS / databases.size())).add(id(number) + "=" + text.apply(number));
            }
        }
        return expected;
    }

    private static String id(int number) {
        return "o%02d".formatted(number);
    }

    private static JsonObject order(String id, String text) {
        JsonObject order = new JsonObject();
        order.addProperty("_id", id);
        order.addProperty("text", text);
        return order;
    }
}
