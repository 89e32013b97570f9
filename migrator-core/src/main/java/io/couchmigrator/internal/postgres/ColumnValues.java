// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.Document;
import io.couchmigrator.RejectException;
import io.couchmigrator.internal.postgres.TableFacts.ColumnFacts;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Holds values against the columns they are for, so that an SQL error on a value is the exception. Lengths are code
 * points, as {@code varchar(n)} counts them.
 */
final class ColumnValues {
    private static final String OUT_OF_RANGE = "number-out-of-range";

    /** No integer of 64 bits has more. */
    private static final int MOST_DIGITS = 19;

    private static final int MOST_COPIED = 1 << 16;

    private ColumnValues() {}

    /**
     * Lets a value pass that the column can store.
     *
     * @throws RejectException if it cannot
     */
    static void check(ColumnFacts column, boolean key, @Nullable Object value) {
        if (value == null) {
            if (key || column.notNull()) {
                throw new RejectException(
                        "refused-by-target", "no value for column %s, which must have one".formatted(column.name()));
            }
        } else if (column.isInteger()) {
            checkNumber(column, value);
        } else if (!(value instanceof Document.Json) || column.maxLength().isPresent()) {
            checkText(column, value.toString());
        }
    }

    private static void checkNumber(ColumnFacts column, Object value) {
        int bits =
                switch (column.type()) {
                    case "smallint" -> 15;
                    case "integer" -> 31;
                    default -> 63;
                };
        boolean fits = value instanceof Long number
                ? number >> bits == 0 || number >> bits == -1
                : integer(value).bitLength() <= bits;
        if (!fits) {
            throw new RejectException(
                    OUT_OF_RANGE,
                    "the value for column %s does not fit into its type %s".formatted(column.name(), column.type()));
        }
    }

    private static void checkText(ColumnFacts column, String text) {
        for (int i = firstOdd(text); i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw new RejectException(
                        "nul-character",
                        "the value for column %s holds U+0000, which PostgreSQL cannot store".formatted(column.name()));
            }
            if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!paired) {
                    throw new RejectException(
                            "lone-surrogate",
                            "the value for column %s holds half a surrogate pair".formatted(column.name()));
                }
                i++;
            }
        }
        if (column.maxLength().isPresent()) {
            int most = column.maxLength().getAsInt();
            // There are never more characters than UTF-16 units.
            int length = text.length() <= most ? text.length() : text.codePointCount(0, text.length());
            if (length > most) {
                throw new RejectException(
                        "value-too-long",
                        "the value for column %s has %s characters, the column holds %s"
                                .formatted(column.name(), length, most));
            }
        }
    }

    /**
     * Returns the place of the first character that is U+0000, or beyond Latin-1 as surrogates are; the text's length if it has none. Texts of
     * Latin-1, as the JVM keeps most, are bytes that it copies at once, and bytes are looked at several times as fast as characters.
     */
    private static int firstOdd(String text) {
        if (text.length() > MOST_COPIED) {
            return 0;
        }
        byte[] latin = text.getBytes(StandardCharsets.ISO_8859_1);
        for (int i = 0; i < latin.length; i++) {
            byte b = latin[i];
            // What Latin-1 has not is a question mark in it.
            if (b == 0 || (b == '?' && text.charAt(i) != '?')) {
                return i;
            }
        }
        return latin.length;
    }

    /** Returns the value of a column of whole numbers that passed its check. */
    static Long number(Object value) {
        return value instanceof Long number ? number : integer(value).longValueExact();
    }

    static BigInteger integer(Object value) {
        if (value instanceof BigInteger big) {
            return big;
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return BigInteger.valueOf(((Number) value).longValue());
        }
        try {
            return integer(value instanceof BigDecimal number ? number : new BigDecimal(value.toString()));
        } catch (ArithmeticException | NumberFormatException e) {
            throw new RejectException("wrong-type", "the value for an integer column is no integer");
        }
    }

    /** A few characters such as 1e999999999 would be an integer that no heap holds. */
    private static BigInteger integer(BigDecimal number) {
        if (number.signum() == 0) {
            return BigInteger.ZERO;
        }
        long digits = (long) number.precision() - number.scale();
        if (digits > MOST_DIGITS) {
            throw new RejectException(OUT_OF_RANGE, "the value for an integer column has more than 64 bits");
        }
        if (digits < 1) {
            throw new ArithmeticException("a fraction");
        }
        return number.toBigIntegerExact();
    }
}
