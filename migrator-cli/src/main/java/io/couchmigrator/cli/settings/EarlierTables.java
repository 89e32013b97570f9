// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads from the offset file of {@code documents} into which tables databases went until now. */
final class EarlierTables {
    private EarlierTables() {}

    /**
     * Returns the tables by their databases, as far as the log directory tells them. A file that is not as it should be tells
     * none here, and is refused by the run.
     */
    static Map<String, TableName> in(Path logDirectory) {
        Path file = logDirectory.resolve(Migrations.DOCUMENTS + ".offsets.json");
        try {
            return Files.exists(file)
                    ? tables(JsonParser.parseString(Files.readString(file)).getAsJsonObject())
                    : Map.of();
        } catch (IOException | RuntimeException e) {
            return Map.of();
        }
    }

    /** A stage's claim names its table; one that never wrote has none. */
    private static Map<String, TableName> tables(JsonObject offsets) {
        Map<String, TableName> tables = new LinkedHashMap<>();
        for (JsonElement element : offsets.getAsJsonArray("stages")) {
            JsonObject stage = element.getAsJsonObject();
            if (stage.has("claims")) {
                JsonObject claim = stage.getAsJsonArray("claims").get(0).getAsJsonObject();
                tables.put(
                        stage.get("name").getAsString(),
                        TableName.parse(claim.get("table").getAsString()));
            }
        }
        return tables;
    }
}
