// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a database knows of its purges. Immutable. A server forgets what is over the limit when it compacts a shard;
 * here that is at once, so that nobody relies on more.
 *
 * @param count how many there were so far, also those that met nothing
 * @param limit how many are remembered
 * @param last the last ones, the oldest first
 */
public record Purges(long count, int limit, List<Purge> last) {
    private static final Purges NONE = new Purges(0, 1_000, List.of());

    /** Forgets what is over the limit. */
    public Purges {
        last = List.copyOf(last.subList(Math.max(0, last.size() - limit), last.size()));
    }

    /** Returns what a new database knows. */
    static Purges none() {
        return NONE;
    }

    Purges and(List<Purge> more) {
        return new Purges(
                count + more.size(),
                limit,
                Stream.concat(last.stream(), more.stream()).toList());
    }

    /** Returns the same with another limit. */
    public Purges limit(int remembered) {
        return new Purges(count, remembered, last);
    }
}
