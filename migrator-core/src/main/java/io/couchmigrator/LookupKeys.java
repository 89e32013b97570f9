// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Collection;
import java.util.Objects;
import java.util.function.Function;

/**
 * A lookup, and which of its keys an item needs.
 *
 * @param <S> what the stage reads
 * @param lookup where to look
 * @param keys the keys that an item will ask for; called by several workers at once
 */
public record LookupKeys<S>(Lookup<?, ?> lookup, Function<S, ? extends Collection<?>> keys) {
    public LookupKeys {
        Objects.requireNonNull(lookup, "lookup");
        Objects.requireNonNull(keys, "keys");
    }
}
