// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Objects;

/**
 * A CouchDB document as far as its stage reads it.
 *
 * <p>Numbers keep the text they had on the wire until they are asked for as a number, so integers of any size and
 * {@code 1.0} survive. Instances must not be changed.
 *
 * @param id the document's {@code _id}
 * @param rev the document's {@code _rev}
 * @param fields the top-level fields that the stage names and the document has
 */
public record Document(String id, String rev, JsonObject fields) {
    public Document {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(rev, "rev");
        Objects.requireNonNull(fields, "fields");
    }

    /** Returns a field's value; JSON null if the document has none or the stage does not name it. */
    public JsonElement field(String name) {
        JsonElement value = fields.get(name);
        return value == null ? JsonNull.INSTANCE : value;
    }

    /** Returns the id and revision only: a document's body never reaches a log by accident. */
    @Override
    public String toString() {
        return "Document[id=" + id + ", rev=" + rev + "]";
    }
}
