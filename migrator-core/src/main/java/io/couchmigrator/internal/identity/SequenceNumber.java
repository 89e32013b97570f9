// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How many changes a database has had, as its sequences tell beside what they are for. Good for a diagnosis only: a
 * sequence is never made of one.
 *
 * @param plain whether the sequence is no more than this number, as on CouchDB 1 and PouchDB
 */
record SequenceNumber(boolean plain, long changes) {
    private static final Pattern TOLD = Pattern.compile("(\\d{1,18})-.*", Pattern.DOTALL);
    private static final Pattern BARE = Pattern.compile("\\d{1,18}");

    /** Returns how many changes lie between two sequences, negative if there are fewer now; empty if they do not say. */
    static OptionalLong advance(@Nullable JsonElement then, @Nullable JsonElement now) {
        Optional<SequenceNumber> from = of(then);
        Optional<SequenceNumber> to = of(now);
        boolean alike = from.isPresent()
                && to.isPresent()
                && from.get().plain() == to.get().plain();
        return alike ? OptionalLong.of(to.get().changes() - from.get().changes()) : OptionalLong.empty();
    }

    static Optional<SequenceNumber> of(@Nullable JsonElement token) {
        if (!(token instanceof JsonPrimitive primitive) || primitive.isBoolean()) {
            return Optional.empty();
        }
        Matcher number = (primitive.isNumber() ? BARE : TOLD).matcher(primitive.getAsString());
        return number.matches()
                ? Optional.of(new SequenceNumber(
                        primitive.isNumber(), Long.parseLong(primitive.isNumber() ? number.group() : number.group(1))))
                : Optional.empty();
    }
}
