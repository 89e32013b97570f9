// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Outcome;
import io.couchmigrator.Rejection;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.Tallies;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What PostgreSQL cannot store of documents is told by name, and costs no other document. */
@ExtendWith(MigratorExtension.class)
final class UnstorableIT implements Listener {
    private static final String NUL = "nul-character";
    private static final String HALF = "lone-surrogate";
    private static final String DEEP = "nested-too-deep";
    private static final String NUMBER = "number-out-of-range";
    private static final String LONG = "too-long-for-index";

    @TempDir
    private Path logs;

    private final Map<String, Rejection> rejections = new ConcurrentHashMap<>();
    private final Map<String, Long> logged = new ConcurrentHashMap<>();

    @Override
    public void rejected(Rejection rejection) {
        rejections.put(rejection.id(), rejection);
    }

    @Override
    public void stageLogged(String stage, Map<String, Long> entries, Path migrationLog) {
        logged.putAll(entries);
    }

    @Test
    void isRejectedByNameWhileAllOthersCome(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(200));
        Map<String, String> expected = new LinkedHashMap<>();
        unstorable().forEach((id, fault) -> {
            put(shop, id, fault.body());
            expected.put(id, fault.code());
        });

        Result result = run(couch, database);
        Result verified = Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .verify();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(codes()).isEqualTo(expected);
        assertThat(rejections.values()).extracting(Rejection::reason).noneMatch(reason -> reason.contains("secret"));
        assertThat(Copies.rows(database)).hasSize(200);
        assertThat(verified.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
    }

    @Test
    void comesOnceItIsMended(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        put(shop, "nul", "\"value\":\"\\u0000\"");
        run(couch, database);

        shop.put(Copies.document("nul", 7));
        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(6).contains("nul=7");
    }

    @Test
    void isReplacedAndCountedInBodiesWhereThatIsAskedFor(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(20));
        put(shop, "nul", "\"value\":\"a\\u0000\\\\u0000\",\"\\u0000\":[\"\\u0000\"]");
        put(shop, "backslash", "\"value\":\"\\\\u0000\"");
        put(shop, "id\u0000", "\"value\":1");
        put(shop, "half", "\"value\":\"\\u0000\\ud800\"");
        Migration replacing = Documents.builder()
                .database("shop", TableName.of("shop"))
                .replaceNul()
                .build();

        Result result = run(replacing, couch, database);
        Result again = run(replacing, couch, database);
        Result verified =
                Copies.migrator(replacing, couch, database, logs).build().verify();

        assertThat(codes()).containsOnly(Map.entry("id\u0000", NUL), Map.entry("half", HALF));
        assertThat(logged).containsExactly(Map.entry("nul-replaced", 1L));
        assertThat(database.query("select doc ->> 'value' from shop where id in ('nul', 'backslash') order by id"))
                .containsExactly("\\u0000", "a\ufffd\\u0000");
        assertThat(database.query("select doc ->> E'\\ufffd' from shop where id = 'nul'"))
                .containsExactly("[\"\ufffd\"]");
        assertThat(result.tallies().written()).isEqualTo(22);
        assertThat(again.tallies().written()).isZero();
        assertThat(verified.tallies().alreadyThere()).isEqualTo(22);
        assertThat(verified.tallies().verified()).isEqualTo(Tallies.Verified.NONE);
    }

    @Test
    void isNotGoneOnWithInAnotherWay(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(3));
        run(Copies.migration(), couch, database);
        Migration replacing = Documents.builder()
                .database("shop", TableName.of("shop"))
                .replaceNul()
                .build();

        Result refused = run(replacing, couch, database);

        assertThat(refused.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(refused.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining("such as replaceNul(), is another than in the run that wrote the file")
                .hasMessageNotContaining("rows stay"));
    }

    /** The row of another document may have the id that a driver makes of such a one. */
    @Test
    void deletesNoRowUnderAnIdThatNoRowCanHave(CouchDouble couch, TestDatabase database) throws Exception {
        CouchDatabase shop = couch.create("shop");
        shop.load(Copies.documents(5));
        shop.put(Copies.document("d?", 1));
        shop.put(Copies.document("d\u0000", 1));
        run(couch, database);

        shop.delete("d\u0000");
        shop.delete("d003");
        Result result = run(couch, database);

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(5).contains("d?=1").doesNotContain("d003=3");
    }

    private record Fault(String code, String body) {}

    private static Map<String, Fault> unstorable() {
        Map<String, Fault> faults = new LinkedHashMap<>();
        faults.put("d050 nul", new Fault(NUL, "\"secret\":\"a\\u0000\""));
        faults.put("d050 nul in a name", new Fault(NUL, "\"\\u0000secret\":1"));
        faults.put("d050 nul after a backslash", new Fault(NUL, "\"a\":\"\\\\\\u0000\""));
        faults.put("d051 \u0000", new Fault(NUL, "\"a\":1"));
        faults.put("d052 high", new Fault(HALF, "\"a\":\"secret\\uD83D\""));
        faults.put("d052 low", new Fault(HALF, "\"a\":[\"secret\\udE00\"]"));
        faults.put("d052 swapped", new Fault(HALF, "\"a\":\"\\ude00\\ud83d\""));
        faults.put("d053 arrays", new Fault(DEEP, "\"a\":" + "[".repeat(20_000) + "]".repeat(20_000)));
        faults.put("d053 objects", new Fault(DEEP, "\"a\":" + "{\"\":".repeat(20_000) + "0" + "}".repeat(20_000)));
        faults.put("d054 1e400000", new Fault(NUMBER, "\"secret\":1e400000"));
        faults.put("d054 -1e-20000", new Fault(NUMBER, "\"a\":[-1e-20000]"));
        faults.put("d054 1e99999999999", new Fault(NUMBER, "\"a\":1e99999999999"));
        faults.put("d054 digits", new Fault(NUMBER, "\"a\":" + "7".repeat(131_073)));
        faults.put("d054 after the point", new Fault(NUMBER, "\"a\":0." + "7".repeat(16_384)));
        faults.put("d055 " + random(3_000), new Fault(LONG, "\"a\":1"));
        faults.put("d055 " + random(9_000), new Fault(LONG, "\"a\":1"));
        return faults;
    }

    /** Nothing that can be compressed. */
    private static String random(int length) {
        return new Random(length)
                .ints(length, 'A', 'z')
                .mapToObj(c -> c == '\\' ? "-" : Character.toString(c))
                .collect(joining());
    }

    private static void put(CouchDatabase shop, String id, String members) {
        String body = "{\"_id\":%s,\"_rev\":\"1-967a00dff5e02add41819138abb3284d\",%s}"
                .formatted(new JsonPrimitive(id), members);
        shop.putRaw(id, body.getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, String> codes() {
        return rejections.values().stream().collect(toMap(Rejection::id, Rejection::code));
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return run(Copies.migration(), couch, database);
    }

    private Result run(Migration migration, CouchDouble couch, TestDatabase database) {
        return Copies.migrator(migration, couch, database, logs)
                .chunkSize(1000)
                .listener(this)
                .build()
                .run();
    }
}
