// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.couchmigrator.ShardMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

final class ShardSettingsTest {
    private final Map<String, String> environment = new HashMap<>();
    private final Faults faults = new Faults();
    private final List<String> warnings = new ArrayList<>();

    @Test
    void readsUrlsAndVariablesOfLibpq() {
        environment.put("PGHOST", "main");
        environment.put("PGUSER", "migrator");
        environment.put("PGPASSWORD", "ours");

        ShardMap map = map("""
                [{"shards": [2, 3], "PGDATABASE": "p2", "PGPORT": 6432, "PGPASSWORD": "theirs"},
                 {"shards": [0, 1], "jdbc-url": "jdbc:postgresql://first:5433/p1"}]
                """);

        assertThat(map).hasToString("[0,1] [2,3]");
        assertThat(source(map, 0).getServerNames()).containsExactly("first");
        assertThat(source(map, 0).getPortNumbers()).containsExactly(5433);
        assertThat(source(map, 0).getDatabaseName()).isEqualTo("p1");
        assertThat(source(map, 0).getUser()).isEqualTo("migrator");
        assertThat(source(map, 0).getPassword()).isEqualTo("ours");
        assertThat(source(map, 1).getServerNames()).containsExactly("main");
        assertThat(source(map, 1).getPortNumbers()).containsExactly(6432);
        assertThat(source(map, 1).getDatabaseName()).isEqualTo("p2");
        assertThat(source(map, 1).getUser()).isEqualTo("migrator");
        assertThat(source(map, 1).getPassword()).isEqualTo("theirs");
        assertThat(warnings).isEmpty();
    }

    @Test
    void takesWhatAnEntryTellsBeforeTheEnvironment() {
        environment.put("PGHOST", "main");
        environment.put("PGDATABASE", "hq");
        environment.put("PGUSER", "migrator");
        environment.put("PGPASSWORD", "ours");

        ShardMap map = map("""
                [{"shards": [0, 0], "jdbc-url": "jdbc:postgresql://first/p1?user=them&password=theirs"},
                 {"shards": [1, 1], "PGHOST": "second", "PGUSER": "others"}]
                """);

        assertThat(source(map, 0).getServerNames()).containsExactly("first");
        assertThat(source(map, 0).getUser()).isEqualTo("them");
        assertThat(source(map, 0).getPassword()).isEqualTo("theirs");
        assertThat(source(map, 1).getServerNames()).containsExactly("second");
        assertThat(source(map, 1).getDatabaseName()).isEqualTo("hq");
        assertThat(source(map, 1).getUser()).isEqualTo("others");
        assertThat(warnings).isEmpty();
    }

    @Test
    void tellsAllFaultsAtOnceAndNoPassword() {
        refused("""
                [{"shards": [1, 2], "jdbc-url": "jdbc:mysql://x?password=hunter2", "name": "p1"},
                 {"shards": "0", "PGHOST": "/run/postgresql", "PGPASSWORD": 7},
                 {"shards": [4, 4], "PGHOST": "h", "jdbc-url": "jdbc:postgresql://h/p"},
                 {"shards": [5, 5], "PGUSER": "u"},
                 7]
                """);

        assertThat(faults.messages())
                .containsExactly(
                        "shards[0] of shards.json: unknown key \"name\"",
                        "shards[0] of shards.json: jdbc-url in shards.json is no JDBC URL of PostgreSQL: expected jdbc:postgresql://HOST:PORT/DATABASE, with user and password, if any, as ?user=NAME&password=PASSWORD",
                        "shards[1] of shards.json: \"PGPASSWORD\" is no string",
                        "shards[1] of shards.json: \"shards\" is no range: expected the first and the last shard of the database, as in [0, 1]",
                        "shards[1] of shards.json: PGHOST is \"/run/postgresql\", a Unix socket, over which Java does not connect: set PGHOST to a host name such as localhost",
                        "shards[2] of shards.json: expected either \"jdbc-url\", or at least one of \"PGHOST\", \"PGPORT\" and \"PGDATABASE\", for a database of its own",
                        "shards[3] of shards.json: expected either \"jdbc-url\", or at least one of \"PGHOST\", \"PGPORT\" and \"PGDATABASE\", for a database of its own",
                        "shards[4] of shards.json: expected an object such as {\"shards\": [0, 1], \"jdbc-url\": \"jdbc:postgresql://HOST:PORT/DATABASE\"}");
        assertThat(faults.messages().toString()).doesNotContain("hunter2");
    }

    @Test
    void tellsAllFaultsOfTheMapAtOnce() {
        refused("""
                [{"shards": [1, 1], "PGDATABASE": "a"},
                 {"shards": [1, 2], "PGDATABASE": "b"},
                 {"shards": [5, 5], "PGDATABASE": "c"}]
                """);

        assertThat(faults.messages())
                .containsExactly(
                        "shards.json: shard 0 is missing from the map of shards [1,1] [1,2] [5,5]: expected every shard from 0 in one database",
                        "shards.json: shard 1 is in more than one database in the map of shards [1,1] [1,2] [5,5]: expected every shard in one",
                        "shards.json: shards 3 to 4 are missing from the map of shards [1,1] [1,2] [5,5]: expected every shard from 0 in one database",
                        "shards.json: the map of shards [1,1] [1,2] [5,5] has 6 shards: expected a power of two, 65536 at most");
    }

    /** What the unreadable entry may hold cannot be told to be missing. */
    @Test
    void tellsOfRangesThatOverlapWhateverAnUnreadableOneMayBe() {
        refused("""
                [{"shards": [0, 1], "PGDATABASE": "p1"},
                 {"shards": [6, "7"], "PGDATABASE": "p2"},
                 {"shards": [1, 3], "PGDATABASE": "p3"}]
                """);

        assertThat(faults.messages())
                .containsExactly(
                        "shards[1] of shards.json: \"shards\" is no range: expected the first and the last shard of the database, as in [0, 1]",
                        "shards.json: shard 1 is in more than one database in the map of shards [0,1] [1,3]: expected every shard in one");
    }

    @Test
    void refusesAUserOrPasswordThatIsToldTwiceOrEmpty() {
        refused("""
                [{"shards": [0, 0], "jdbc-url": "jdbc:postgresql://h/p?user=a&password=b", "PGUSER": "c", "PGPASSWORD": "d"},
                 {"shards": [1, 1], "PGHOST": ""}]
                """);

        assertThat(faults.messages())
                .containsExactly(
                        "shards[0] of shards.json: \"PGUSER\" stands beside a \"jdbc-url\" that tells the user itself: leave one",
                        "shards[0] of shards.json: \"PGPASSWORD\" stands beside a \"jdbc-url\" that tells the password itself: leave one",
                        "shards[1] of shards.json: \"PGHOST\" is empty: leave it out, or give it a value");
    }

    @Test
    void refusesAVariableThatPsqlWouldHeedOnceWhereItIsToldAlready() {
        environment.put("PGSERVICE", "hq");
        environment.put("PGHOSTADDR", "10.0.0.1");
        faults.add(
                "PGSERVICE is set, which is not heeded: set PGHOST, PGPORT, PGDATABASE and PGUSER to what the service says instead, and unset it");

        refused("""
                [{"shards": [0, 0], "PGHOST": "first"},
                 {"shards": [1, 1], "PGDATABASE": "p2"}]
                """);

        assertThat(faults.messages()).hasSize(2);
        assertThat(faults.messages().get(1)).startsWith("shards[1] of shards.json: PGHOSTADDR is set");
    }

    @Test
    void tellsWhereRowsGo() {
        ShardMap map = map("""
                [{"shards": [0, 0], "jdbc-url": "jdbc:postgresql://first/p1?password=hunter2"},
                 {"shards": [1, 1], "PGHOST": "second", "PGPORT": "6432", "PGDATABASE": "p2"}]
                """);

        assertThat(ShardSettings.lines(map))
                .containsExactly(
                        "Rows of shards [0,0] go to first:5432/p1.", "Rows of shards [1,1] go to second:6432/p2.");
    }

    @Test
    void refusesAnEmptyMap() {
        refused("[]");

        assertThat(faults.messages())
                .containsExactly("shards.json: the map of shards is empty: expected at least one database");
    }

    @Test
    void knowsWhereAPasswordIs() {
        assertThat(DatabaseEntry.holdSecret(elements("[{\"PGPASSWORD\": \"x\"}]")))
                .isTrue();
        assertThat(DatabaseEntry.holdSecret(elements("[{\"jdbc-url\": \"jdbc:postgresql://h/p?password=x\"}]")))
                .isTrue();
        assertThat(DatabaseEntry.holdSecret(elements("[{\"PGUSER\": \"x\"}, 7]")))
                .isFalse();
    }

    private ShardSettings settings(String json) {
        DatabaseEntry database = new DatabaseEntry("shards.json", environment, warnings);
        return new ShardSettings(entries(json), "shards.json", database, faults);
    }

    private static List<JsonElement> elements(String json) {
        return entries(json).asList();
    }

    private ShardMap map(String json) {
        ShardMap map = settings(json).map().orElseThrow(() -> new AssertionError(faults.messages()));
        assertThat(faults.messages()).isEmpty();
        return map;
    }

    private void refused(String json) {
        assertThat(settings(json).map()).isEmpty();
    }

    private static JsonArray entries(String json) {
        return JsonParser.parseString(json).getAsJsonArray();
    }

    private static PGSimpleDataSource source(ShardMap map, int number) {
        return (PGSimpleDataSource) map.databases().get(number).database();
    }
}
