// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads from an offset file what a person would look for in it. */
final class SavedOffsets {
    private SavedOffsets() {}

    /** Returns a line for each stage that is in the file. */
    static List<String> lines(Path file) throws IOException {
        JsonObject offsets = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        List<String> lines = new ArrayList<>();
        for (JsonElement stage : offsets.getAsJsonArray("stages")) {
            lines.add(line(stage.getAsJsonObject()));
        }
        return lines;
    }

    private static String line(JsonObject stage) {
        String name = stage.get("name").getAsString();
        long read = 0;
        String after = "the beginning";
        for (JsonElement element : stage.getAsJsonArray("ranges")) {
            JsonObject range = element.getAsJsonObject();
            read += range.getAsJsonObject("tallies").get("read").getAsLong();
            if (!range.get("after").isJsonNull()) {
                after = "document " + range.get("after").getAsString();
            }
        }
        return "%s: %s of %s documents done, go on after %s"
                .formatted(
                        name,
                        Narrator.number(read),
                        Narrator.number(stage.get("total").getAsLong()),
                        after);
    }
}
