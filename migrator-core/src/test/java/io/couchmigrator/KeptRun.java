// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A run of an earlier version that was killed: its log directory, which is kept, and the rows that were there. Its servers
 * are gone, so their identities give way to those of other servers with the same documents and rows.
 */
final class KeptRun {
    static final String OFFSETS = "migrate_metadata.offsets.json";
    static final String VERIFIED = "migrate_metadata.verify.offsets.json";

    private final Path kept;

    /** @param moment what it did when it was killed */
    KeptRun(String moment) {
        kept = Path.of("src/test/resources/offsets/format-1", moment);
    }

    /** Returns those of these rows that were in the target. */
    List<ExpectedRow> of(List<ExpectedRow> rows) throws IOException {
        Path file = kept.resolve("keys.json");
        if (Files.notExists(file)) {
            return rows;
        }
        Set<String> keys = new HashSet<>();
        JsonParser.parseString(Files.readString(file)).getAsJsonArray().forEach(key -> keys.add(key.getAsString()));
        return rows.stream().filter(row -> keys.contains(row.key())).toList();
    }

    /** Writes its log directory, as if it had run with these servers. */
    void into(Path logs, CouchDouble couch, TestDatabase main, TestDatabase... others) throws Exception {
        try (Stream<Path> files = Files.list(kept)) {
            for (Path file : files.filter(f -> !f.endsWith("keys.json")).toList()) {
                String text = Files.readString(file);
                Files.writeString(
                        logs.resolve(file.getFileName()),
                        file.toString().endsWith(".offsets.json") ? moved(text, couch, main, others) : text);
            }
        }
    }

    private static String moved(String text, CouchDouble couch, TestDatabase main, TestDatabase... others)
            throws Exception {
        JsonObject file = JsonParser.parseString(text).getAsJsonObject();
        JsonObject target = file.getAsJsonObject("target");
        move(target, main);
        if (target.has("shards")) {
            JsonArray shards = target.getAsJsonArray("shards");
            for (int i = 0; i < shards.size(); i++) {
                move(shards.get(i).getAsJsonObject().getAsJsonObject("database"), others[i]);
            }
        }
        if (target.has("table_sources")) {
            move(target.getAsJsonObject("table_sources").getAsJsonObject("IcdsFile"), others[0]);
        }
        for (JsonElement element : file.getAsJsonArray("stages")) {
            JsonObject stage = element.getAsJsonObject();
            if (!stage.get("database").isJsonNull()) {
                stage.add(
                        "instance_start_time",
                        created(couch, stage.get("database").getAsString()));
            }
        }
        return file.toString();
    }

    private static void move(JsonObject identity, TestDatabase to) throws SQLException {
        identity.addProperty(
                "system_identifier",
                to.query("select system_identifier from pg_control_system()").get(0));
        identity.addProperty("database", to.name());
        identity.addProperty("database_oid", oid(to, "select oid from pg_database where datname = current_database()"));
        JsonObject tables = identity.getAsJsonObject("table_oids");
        for (String table : List.copyOf(tables.keySet())) {
            tables.addProperty(table, oid(to, "select '%s'::regclass::oid".formatted(table)));
        }
    }

    private static long oid(TestDatabase database, String sql) throws SQLException {
        return Long.parseLong(database.query(sql).get(0));
    }

    private static JsonElement created(CouchDouble couch, String database) throws IOException {
        try (InputStream answer = URI.create(couch.url() + database).toURL().openStream()) {
            return JsonParser.parseString(new String(answer.readAllBytes(), StandardCharsets.UTF_8))
                    .getAsJsonObject()
                    .get("instance_start_time");
        }
    }
}
