// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row of a source table as far as its stage reads it. Immutable.
 *
 * @param id the primary key
 * @param values the named columns as JDBC returns them
 */
public record SourceRow(long id, Map<String, @Nullable Object> values) {
    /** Copies the values. Written out because a compact constructor would lose that a value may be null. */
    public SourceRow(long id, Map<String, @Nullable Object> values) {
        this.id = id;
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /** Returns a column as text; empty if it is null. */
    public Optional<String> text(String column) {
        return Optional.ofNullable(value(column)).map(Object::toString);
    }

    /**
     * Returns a column as a number; empty if it is null.
     *
     * @throws NumberFormatException if the column holds no number
     */
    public Optional<BigDecimal> number(String column) {
        return text(column).map(BigDecimal::new);
    }

    /** Returns the primary key only: a row's values never reach a log by accident. */
    @Override
    public String toString() {
        return "SourceRow[id=" + id + "]";
    }

    private @Nullable Object value(String column) {
        if (!values.containsKey(column)) {
            throw new IllegalArgumentException(
                    "column \"%s\" was not read: the stage names %s".formatted(column, values.keySet()));
        }
        return values.get(column);
    }
}
