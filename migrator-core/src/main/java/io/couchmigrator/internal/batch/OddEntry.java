// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.internal.files.JsonFiles;

/**
 * What a transform logged of an item. It is kept as text: what is nested too deep for that shows in the transform, and not
 * once the item's rows are committed.
 *
 * @param kind what was odd, by the entry's member {@code error}; {@link #OTHER} if it has none
 * @param line the entry as a line of JSON
 */
record OddEntry(String kind, String line) {
    /** Where an entry says nothing of its kind. */
    static final String OTHER = "other";

    static OddEntry of(JsonObject entry) {
        JsonElement error = entry.get("error");
        return new OddEntry(
                error != null && error.isJsonPrimitive() ? error.getAsString() : OTHER, JsonFiles.line(entry));
    }
}
