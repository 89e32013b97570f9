// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a table or view. Immutable.
 *
 * <p>Names are taken exactly as they stand, as those of columns are, upper case included: nothing is folded to lower case.
 *
 * @param schema its schema; empty if it is found on the search path
 * @param name its name within that
 */
public record TableName(Optional<String> schema, String name) {
    private static final String PART = "\"((?:[^\"]|\"\")+)\"|([^\".]+)";
    private static final Pattern NAME = Pattern.compile("(?:(?:%s)\\.)?(?:%s)".formatted(PART, PART), Pattern.DOTALL);

    /** @throws IllegalArgumentException if a part is empty */
    public TableName {
        Objects.requireNonNull(schema, "schema");
        Objects.requireNonNull(name, "name");
        if (name.isEmpty() || schema.filter(String::isEmpty).isPresent()) {
            throw new IllegalArgumentException("unexpected table name with an empty part: expected a name");
        }
    }

    /** Returns the name of a table on the search path, whatever characters are in it. */
    public static TableName of(String name) {
        return new TableName(Optional.empty(), name);
    }

    /** Returns the name of a table of this schema, whatever characters are in either. */
    public static TableName of(String schema, String name) {
        return new TableName(Optional.of(Objects.requireNonNull(schema, "schema")), name);
    }

    /**
     * Returns the name that a text tells: {@code orders}, or with its schema {@code archive.orders}. A part that has a dot or a
     * quote in it stands in double quotes, as psql writes it: {@code archive."orders.2018"}, {@code "24"" screens"}.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static TableName parse(String text) {
        Matcher parts = NAME.matcher(Objects.requireNonNull(text, "text"));
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "unexpected table name %s: expected one as orders or archive.orders, a part with a dot or a quote in it in double quotes"
                            .formatted(text));
        }
        return new TableName(
                part(parts.group(1), parts.group(2)),
                part(parts.group(3), parts.group(4)).orElseThrow());
    }

    private static Optional<String> part(@Nullable String quoted, @Nullable String plain) {
        return quoted == null ? Optional.ofNullable(plain) : Optional.of(quoted.replace("\"\"", "\""));
    }

    private static String written(String part) {
        return part.matches("[^\".]+") ? part : "\"%s\"".formatted(part.replace("\"", "\"\""));
    }

    /** Returns what {@link #parse} reads as this. */
    @Override
    public String toString() {
        return schema.map(part -> written(part) + ".").orElse("") + written(name);
    }
}
