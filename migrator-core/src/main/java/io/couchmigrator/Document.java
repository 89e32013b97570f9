// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Objects;
import java.util.Optional;

/**
 * A CouchDB document as far as its stage reads it.
 *
 * <p>Numbers keep the text they had on the wire until they are asked for as a number, so integers of any size and
 * {@code 1.0} survive. Instances must not be changed.
 *
 * @param id the document's {@code _id}
 * @param rev the document's {@code _rev}
 * @param fields the top-level fields that the stage names and the document has
 * @param asSent the whole document as the server sent it, if the stage reads that; see {@link #text()}
 */
public record Document(String id, String rev, JsonObject fields, Optional<String> asSent) {
    public Document {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(rev, "rev");
        Objects.requireNonNull(fields, "fields");
        Objects.requireNonNull(asSent, "asSent");
    }

    /** Creates a document whose whole text is not read. */
    public Document(String id, String rev, JsonObject fields) {
        this(id, rev, fields, Optional.empty());
    }

    /** Returns a field's value; JSON null if the document has none or the stage does not name it. */
    public JsonElement field(String name) {
        JsonElement value = fields.get(name);
        return value == null ? JsonNull.INSTANCE : value;
    }

    /**
     * Returns the whole document as the server sent it, character by character: a JSON object with {@code _id}, {@code _rev} and, where
     * there are attachments, their stubs in {@code _attachments}.
     *
     * @throws IllegalStateException if the stage does not read it, as it does after {@link DocumentStage.Builder#text()}
     */
    public String text() {
        return asSent.orElseThrow(() -> new IllegalStateException(
                "no text of document \"%s\": its stage does not read texts: call text() on the stage's builder"
                        .formatted(id)));
    }

    /** Returns the id and revision only: a document's body never reaches a log by accident. */
    @Override
    public String toString() {
        return "Document[id=" + id + ", rev=" + rev + "]";
    }
}
