// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.OptionalLong;

/**
 * Sequences as clients see them, {@code N-<opaque>}: only the opaque part counts, and it belongs to one database.
 *
 * @param database identity of the database that gave the token
 * @param sequence how many changes that database had had
 */
public record SequenceToken(long database, long sequence) {
    private static final String PREFIX = "g1AAAACbeJzLYWBgYMpgTmEQTM4vTc5ISXIwNDLX";
    private static final String SUFFIX = "____zMpgTGXOBAuwpaSkpRuaW2DTgMSaPBUgyNACp_yDTEhmyAGkAIJo";

    /**
     * Reads a {@code since} parameter.
     *
     * @return the sequence to go on from: 0 for a token of another database, which the server accepts without a word
     * @throws CouchError 400 if it is no token at all
     */
    public static long since(String text, long database, long now) {
        if (text.equals("now")) {
            return now;
        }
        if (text.equals("0")) {
            return 0;
        }
        String bare = text.startsWith("\"") && text.endsWith("\"") && text.length() > 1
                ? text.substring(1, text.length() - 1)
                : text;
        String opaque = bare.replaceFirst("^[0-9]+-", "");
        if (!opaque.startsWith(PREFIX) || !opaque.endsWith(SUFFIX)) {
            throw malformed();
        }
        return decode(opaque.substring(PREFIX.length(), opaque.length() - SUFFIX.length()), database)
                .orElseThrow(SequenceToken::malformed);
    }

    private static OptionalLong decode(String middle, long database) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(middle));
            if (bytes.remaining() != 2 * Long.BYTES) {
                return OptionalLong.empty();
            }
            return OptionalLong.of(bytes.getLong() == database ? bytes.getLong() : 0);
        } catch (IllegalArgumentException e) {
            return OptionalLong.empty();
        }
    }

    private static CouchError malformed() {
        return new CouchError(400, "bad_request", "Malformed sequence supplied in 'since' parameter.");
    }

    @Override
    public String toString() {
        byte[] middle = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(database)
                .putLong(sequence)
                .array();
        return sequence + "-" + PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(middle) + SUFFIX;
    }
}
