// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.common.base.Utf8;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A CouchDB document as far as its stage reads it.
 *
 * <p>Numbers keep the text they had on the wire until they are asked for as a number, so integers of any size and
 * {@code 1.0} survive. Instances must not be changed.
 *
 * @param id the document's {@code _id}
 * @param rev the document's {@code _rev}
 * @param fields the top-level fields that the stage names and the document has
 * @param asSent the whole document as the server sent it, if the stage reads that; see {@link #json()}
 */
public record Document(String id, String rev, JsonObject fields, Optional<Json> asSent) {
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
        return json().toString();
    }

    /**
     * Returns the same as it came, in bytes, which a stage can pass on without making a text of them.
     *
     * @throws IllegalStateException if the stage does not read it
     */
    public Json json() {
        return asSent.orElseThrow(() -> new IllegalStateException(
                "no text of document \"%s\": its stage does not read texts: call text() on the stage's builder"
                        .formatted(id)));
    }

    /**
     * A JSON text in UTF-8, in which U+0000 and halves of surrogate pairs can only be escaped. As the value of a column it goes as it is, where any
     * other is looked through first. Immutable.
     */
    public static final class Json {
        /** The first compiler, which most runs end with, takes six times as long to go over bytes one by one. */
        private static final VarHandle EIGHT_BYTES =
                MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

        private static final long ONES = 0x0101_0101_0101_0101L;
        private static final long SIGNS = ONES << 7;
        private static final long BACKSLASHES = ONES * '\\';

        private final byte[] utf8;
        private final boolean hasEscapes;

        private Json(byte[] utf8, boolean hasEscapes) {
            this.utf8 = utf8;
            this.hasEscapes = hasEscapes;
        }

        /**
         * Takes a copy of what a parser of JSON let pass.
         *
         * @param bytes has it from one place to before another
         * @throws MalformedInputException if it is not UTF-8
         */
        public static Json copyOf(byte[] bytes, int from, int to) throws MalformedInputException {
            long signs = 0;
            long matches = 0;
            int at = from;
            for (; at <= to - Long.BYTES; at += Long.BYTES) {
                long eight = (long) EIGHT_BYTES.get(bytes, at);
                signs |= eight;
                matches |= zeros(eight ^ BACKSLASHES);
            }
            for (; at < to; at++) {
                signs |= bytes[at];
                matches |= bytes[at] == '\\' ? 1 : 0;
            }
            if ((signs & SIGNS) != 0 && !Utf8.isWellFormed(bytes, from, to - from)) {
                throw new MalformedInputException(1);
            }
            return new Json(Arrays.copyOfRange(bytes, from, to), matches != 0);
        }

        /** Returns something else than 0 exactly if one of eight bytes is 0. */
        private static long zeros(long eight) {
            return (eight - ONES) & ~eight & SIGNS;
        }

        /** Returns its bytes, to be read. */
        public ByteBuffer utf8() {
            return ByteBuffer.wrap(utf8).asReadOnlyBuffer();
        }

        /** Returns how many bytes it has. */
        public int length() {
            return utf8.length;
        }

        /** Returns whether it has a backslash. */
        public boolean hasEscapes() {
            return hasEscapes;
        }

        /** Returns whether the other is a text of the same characters. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Json json && Arrays.equals(utf8, json.utf8);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(utf8);
        }

        /** Returns its text, which is made of the bytes each time. */
        @Override
        public String toString() {
            return new String(utf8, StandardCharsets.UTF_8);
        }
    }

    /** Returns the id and revision only: a document's body never reaches a log by accident. */
    @Override
    public String toString() {
        return "Document[id=" + id + ", rev=" + rev + "]";
    }
}
