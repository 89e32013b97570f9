// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.util.Collection;
import java.util.Set;

/**
 * What is wanted of documents, beside their ids and revisions.
 *
 * @param bodies whether the server is to send them
 * @param fields the top-level fields to keep of a body
 */
public record Wanted(boolean bodies, Set<String> fields) {
    /** Nothing else: no body is sent. */
    public static final Wanted IDS = new Wanted(false, Set.of());

    /** The size of what is sent: nothing of it is kept. */
    public static final Wanted SIZES = new Wanted(true, Set.of());

    public Wanted {
        fields = Set.copyOf(fields);
    }

    /** Returns these top-level fields. */
    public static Wanted of(Collection<String> fields) {
        return new Wanted(true, Set.copyOf(fields));
    }
}
