// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.StatusException;
import io.couchmigrator.internal.identity.Identity;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A look at what was purged of a database, of which its feed does not tell. Waits out passing errors. */
record PurgeLook(String database, CouchClient couch, Patience patience) {
    /** Returns the ids of the last purges, as far as the server tells of them. */
    Set<String> told() {
        try {
            return Set.copyOf(patience.persist(() -> couch.purged(database)));
        } catch (SourceException e) {
            if (StatusException.causing(e).isEmpty()) {
                throw e;
            }
            return Set.of();
        }
    }

    /** Returns what may have been purged between two counts of purges, each a raw token. */
    Feed.Purged between(@Nullable JsonElement then, @Nullable JsonElement now) {
        OptionalLong before = Identity.count(then);
        OptionalLong after = Identity.count(now);
        boolean same = after.isPresent() ? before.equals(after) : Objects.equals(then, now);
        if (now == null || same) {
            return Feed.Purged.NOTHING;
        }
        if (before.isEmpty() || after.isEmpty()) {
            return Feed.Purged.UNKNOWN;
        }
        try {
            return listed(before.getAsLong());
        } catch (SourceException e) {
            if (StatusException.causing(e).isEmpty()) {
                throw e;
            }
            return Feed.Purged.UNKNOWN;
        }
    }

    /**
     * Asks for the last purges. A database forgets the first ones where a shard has more than its limit: none is lacking if there
     * were no more than that, or if all there ever were are told. Both are held against a count that was made after them.
     */
    private Feed.Purged listed(long before) {
        List<String> told = patience.persist(() -> couch.purged(database));
        OptionalLong all =
                Identity.count(patience.persist(() -> couch.database(database)).purges());
        if (all.isEmpty()) {
            return Feed.Purged.UNKNOWN;
        }
        // Copies may count for themselves: one that has fewer tells nothing of how many were purged since.
        long since = all.getAsLong() < before ? all.getAsLong() : all.getAsLong() - before;
        return told.size() >= all.getAsLong() || since <= limit()
                ? Feed.Purged.of(
                        told.stream().distinct().<SourceId>map(DocumentId::new).toList())
                : Feed.Purged.UNKNOWN;
    }

    /** Only administrators may ask for it. */
    private long limit() {
        return patience.persist(this::toldLimit);
    }

    private long toldLimit() throws PassingException {
        try {
            return couch.mostPurged(database);
        } catch (SourceException e) {
            if (StatusException.causing(e).isEmpty()) {
                throw e;
            }
            return 0;
        }
    }
}
