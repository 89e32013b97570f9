// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.couchmigrator.Listener;
import io.couchmigrator.Outcome;
import io.couchmigrator.Rejection;
import io.couchmigrator.Result;
import io.couchmigrator.documents.RandomDocuments.Sent;
import io.couchmigrator.internal.couch.HostileDocument;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What is in the table says what was sent, whatever that is; and what cannot be there is rejected by name. */
@ExtendWith(MigratorExtension.class)
final class LosslessIT implements Listener {
    private static final long SEED = 20_261_127;

    @TempDir
    private Path logs;

    private final Map<String, String> rejected = new ConcurrentHashMap<>();

    @Override
    public void rejected(Rejection rejection) {
        rejected.put(rejection.id(), rejection.code());
    }

    @Test
    void saysWhatRandomDocumentsSay(CouchDouble couch, TestDatabase database) throws Exception {
        assertThatTheTableSays(new RandomDocuments(SEED).next(700), couch, database);
    }

    @Test
    void saysWhatHostileDocumentsSay(CouchDouble couch, TestDatabase database) throws Exception {
        Map<String, String> codes = Map.of(
                "deep", "nested-too-deep",
                "deep objects", "nested-too-deep",
                "names", "nul-character",
                "escapes", "nul-character",
                "backslash", "nul-character",
                "surrogates", "lone-surrogate");
        List<Sent> documents = new ArrayList<>();
        for (HostileDocument document : HostileDocument.all()) {
            documents.add(new Sent(document.id(), document.json(), Optional.ofNullable(codes.get(document.id()))));
        }
        documents.add(storable("depth", "\"a\":" + "[".repeat(10_000) + "1" + "]".repeat(10_000)));
        documents.add(storable("depth of objects", "\"a\":" + "{\"\":".repeat(10_000) + "1" + "}".repeat(10_000)));
        documents.add(storable("no escapes", "\"a\":\"\\\\u0000 \\\\ud800\""));
        documents.add(storable(
                "names in names",
                "\"\":{\"\":{\"\":\"\"}},\"\u00e4\":{\"\ud83d\ude00\":5,\"\\\"\":6,\"\\ud83d\\ude01\":7}"));

        assertThatTheTableSays(documents, couch, database);
    }

    private static Sent storable(String id, String members) {
        return new Sent(
                id,
                "{\"_id\":\"%s\",\"_rev\":\"1-967a00dff5e02add41819138abb3284d\",%s}".formatted(id, members),
                Optional.empty());
    }

    private void assertThatTheTableSays(List<Sent> sent, CouchDouble couch, TestDatabase database) throws Exception {
        Copies.createTable(database);
        CouchDatabase shop = couch.create("shop");
        sent.forEach(document -> shop.putRaw(document.id(), document.json().getBytes(StandardCharsets.UTF_8)));
        Map<String, String> expected = new HashMap<>();
        Map<String, String> unstorable = new HashMap<>();
        for (Sent document : sent) {
            if (document.code().isPresent()) {
                unstorable.put(document.id(), document.code().get());
            } else {
                expected.put(document.id(), Meaning.of(document.json()));
            }
        }

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .chunkSize(1000)
                .workers(2)
                .listener(this)
                .build()
                .run();
        Result verified = Copies.migrator(Copies.migration(), couch, database, logs)
                .build()
                .verify();

        assertThat(result.failures()).isEmpty();
        assertThat(rejected).as("seed %d", SEED).isNotEmpty().isEqualTo(unstorable);
        Map<String, String> stored = stored(database);
        assertThat(stored.keySet()).isEqualTo(expected.keySet());
        assertThat(stored)
                .allSatisfy((id, meaning) ->
                        assertThat(meaning.equals(expected.get(id))).as(id).isTrue());
        assertThat(verified.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(verified.tallies().alreadyThere()).isEqualTo(expected.size());
    }

    private static Map<String, String> stored(TestDatabase database) throws Exception {
        Map<String, String> stored = new HashMap<>();
        for (String row : database.query("select json_build_array(id, doc::text) from shop")) {
            JsonArray columns = JsonParser.parseString(row).getAsJsonArray();
            stored.put(columns.get(0).getAsString(), Meaning.of(columns.get(1).getAsString()));
        }
        return stored;
    }
}
