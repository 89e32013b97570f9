// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which documents changed since a position in a feed. What was read of it is kept, and each question reads on from there;
 * a feed of very many documents is not kept, but read anew each time. Safe for use by multiple threads.
 */
final class ChangesSince {
    private static final int MOST_KEPT = 100_000;

    private final ChangedIds feed;
    private final @Nullable JsonElement since;
    private final Set<String> kept = new HashSet<>();
    private @Nullable JsonElement position;

    /** @param since the position; if it is null, every document counts as changed */
    ChangesSince(ChangedIds feed, @Nullable JsonElement since) {
        this.feed = feed;
        this.since = since;
        this.position = since;
    }

    /** Returns which of some ids have changed, as of now. */
    synchronized Set<String> of(Set<String> ids, StopSignal stop) {
        Set<String> changed = new HashSet<>(since == null ? ids : Set.of());
        if (!ids.isEmpty()) {
            feed.read(kept.size() > MOST_KEPT ? since : position, stop, page -> {
                if (kept.size() <= MOST_KEPT) {
                    kept.addAll(page.ids());
                    position = page.position();
                }
                page.ids().stream().filter(ids::contains).forEach(changed::add);
                return true;
            });
            ids.stream().filter(kept::contains).forEach(changed::add);
        }
        return changed;
    }
}
