// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.internal.files.JsonFiles;
import java.nio.file.Path;

/**
 * Which offset files this version may read. One that names in {@code requires} what this version does not understand is
 * refused, by the name; any other member that is not known is passed over, and gone once the file is saved.
 */
final class FormatRule {
    /** The one format without the list. */
    private static final int FIRST = 1;

    private static final int NEWEST = 2;

    /** A reader that drops how many purges are done would take those to come for done. */
    private static final String PURGES = "purges";

    private FormatRule() {}

    /** Marks a file as one of the newest format. */
    static void mark(JsonObject file, boolean purges) {
        file.addProperty("format", NEWEST);
        JsonArray required = new JsonArray();
        if (purges) {
            required.add(PURGES);
        }
        file.add("requires", required);
    }

    /**
     * Checks a file before anything else of it is read, since all else may mean something else.
     *
     * @throws OffsetsRefusedException if another version may read it
     * @throws IllegalArgumentException if no version wrote it
     */
    static void check(Path path, JsonObject file) {
        FilePlace place = new FilePlace("$", file);
        long format = place.number("format");
        if (format > NEWEST) {
            throw refused(path, "was written by a newer version: seen format " + format, "at most " + NEWEST);
        }
        if (format < FIRST) {
            throw place.unexpected("format", "at least " + FIRST);
        }
        if (format > FIRST) {
            JsonArray required = new JsonArray();
            place.strings("requires").asList().stream()
                    .filter(name -> !name.getAsString().equals(PURGES))
                    .forEach(required::add);
            if (!required.isEmpty()) {
                throw refused(
                        path,
                        "requires what this version does not understand: seen " + JsonFiles.line(required),
                        "at most [\"%s\"]".formatted(PURGES));
            }
        }
    }

    private static OffsetsRefusedException refused(Path path, String seen, String expected) {
        return new OffsetsRefusedException(
                "offset file \"%s\" %s, expected %s: run the version that wrote it, or a newer one, or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"
                        .formatted(path, seen, expected));
    }
}
