// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;

/** What identifies an item within its stage, and so a position in its source. */
public sealed interface SourceId {
    /** Returns the id as JSON: a string for documents, a number for rows. */
    JsonPrimitive json();

    /** Returns the id as text. */
    String text();

    /**
     * Returns the id that {@link #json} wrote.
     *
     * @throws NumberFormatException if it is neither a string nor a number
     * @throws ArithmeticException if it is no number of 64 bits
     */
    static SourceId of(JsonElement json) {
        JsonPrimitive id = json.getAsJsonPrimitive();
        return id.isString()
                ? new DocumentId(id.getAsString())
                : new RowId(new BigDecimal(id.getAsString()).longValueExact());
    }

    /** A document's {@code _id}. */
    record DocumentId(String text) implements SourceId {
        @Override
        public JsonPrimitive json() {
            return new JsonPrimitive(text);
        }
    }

    /** A row's primary key. */
    record RowId(long key) implements SourceId {
        @Override
        public JsonPrimitive json() {
            return new JsonPrimitive(key);
        }

        @Override
        public String text() {
            return String.valueOf(key);
        }
    }
}
