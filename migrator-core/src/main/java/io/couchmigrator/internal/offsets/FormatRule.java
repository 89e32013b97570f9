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

    private FormatRule() {}

    /** Marks a file as one of the newest format. */
    static void mark(JsonObject file) {
        file.addProperty("format", NEWEST);
        file.add("requires", new JsonArray());
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
            JsonArray required = place.strings("requires");
            if (!required.isEmpty()) {
                throw refused(
                        path,
                        "requires what this version does not understand: seen " + JsonFiles.line(required),
                        "nothing");
            }
        }
    }

    private static OffsetsRefusedException refused(Path path, String seen, String expected) {
        return new OffsetsRefusedException(
                "offset file \"%s\" %s, expected %s: run the version that wrote it, or a newer one, or start over with startOver(true) (rows stay, all is read again)"
                        .formatted(path, seen, expected));
    }
}
