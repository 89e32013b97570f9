// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.TableName;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads from the offset files of {@code documents} into which tables databases went until now. */
final class EarlierTables {
    private static final String OFFSETS = Migrations.DOCUMENTS + ".offsets.json";

    private EarlierTables() {}

    /**
     * Returns the tables by their databases, as far as the log directory tells them. A file that is not as it should be tells
     * none here, and is refused by the run.
     */
    static Map<String, TableName> in(Path logDirectory) {
        Map<String, TableName> tables = new LinkedHashMap<>();
        files(logDirectory).forEach(file -> tables.putAll(tables(file)));
        return tables;
    }

    /** Returns those that were put aside, the latest last, and then that of now, which has no database to which no run has come since. */
    private static List<Path> files(Path logDirectory) {
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> aside = Files.newDirectoryStream(logDirectory, OFFSETS + ".*.bak")) {
            aside.forEach(files::add);
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        Collections.sort(files);
        files.add(logDirectory.resolve(OFFSETS));
        return files;
    }

    private static Map<String, TableName> tables(Path file) {
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
