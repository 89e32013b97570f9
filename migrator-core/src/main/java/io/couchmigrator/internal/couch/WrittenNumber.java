// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.math.BigDecimal;

/**
 * A number as it is written, however many digits it has; its values are those of a {@link BigDecimal}. Gson's own such
 * type is internal, and its parser takes a number of more than 1,024 characters for a text.
 */
final class WrittenNumber extends Number {
    private static final long serialVersionUID = 1L;

    private final String text;

    WrittenNumber(String text) {
        this.text = text;
    }

    @Override
    public int intValue() {
        return (int) longValue();
    }

    @Override
    public long longValue() {
        return new BigDecimal(text).longValue();
    }

    @Override
    public float floatValue() {
        return Float.parseFloat(text);
    }

    @Override
    public double doubleValue() {
        return Double.parseDouble(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WrittenNumber number && number.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
