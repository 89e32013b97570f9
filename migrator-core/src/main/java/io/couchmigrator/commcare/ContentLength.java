// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonElement;
import io.couchmigrator.RejectException;

/** The size of a blob in bytes, as documents and rows give it. */
final class ContentLength {
    private static final String EXPECTED = "a whole number, 0 or more";

    /** So many digits are always a long. */
    private static final int SURE_DIGITS = 18;

    private ContentLength() {}

    /**
     * Returns the size that a document gives, 0 if it gives null.
     *
     * @param place what is read, for the reason; its text is made only for one
     * @throws RejectException if it is no whole number, below zero or beyond the range of a long
     */
    static long of(JsonElement value, Object place) {
        if (value.isJsonNull()) {
            return 0;
        }
        if (!Json.isNumber(value)) {
            throw Json.wrongType(place, value, EXPECTED);
        }
        return of(value.getAsString(), place);
    }

    /**
     * Returns the size that a text says.
     *
     * @param place what is read, for the reason; its text is made only for one
     * @throws RejectException if it is no whole number, below zero or beyond the range of a long
     */
    static long of(String text, Object place) {
        if (text.length() <= SURE_DIGITS && !text.isEmpty() && isPlain(text)) {
            return Long.parseLong(text);
        }
        WholeNumber number = WholeNumber.parse(text)
                .filter(whole -> !whole.negative())
                .orElseThrow(() -> new RejectException("wrong-type", place + " is not " + EXPECTED));
        return number.asLong()
                .orElseThrow(() -> new RejectException(
                        "number-out-of-range", place + " is too large: expected at most " + Long.MAX_VALUE));
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
