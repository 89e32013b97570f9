// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.HashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which documents changed since a position in a feed. What was read of it is kept, and each question reads on from there, if it
 * must: the feed is read once, however many questions there are. Of a feed of more documents than there is room for, what
 * lies behind those that are kept is read anew each time. Safe for use by multiple threads.
 */
final class ChangesSince {
    private final ChangedIds feed;
    private final IdRoom room;
    private final NavigableSet<String> kept = new TreeSet<>(KeyOrder.BY_CODE_POINT);
    private JsonElement position;

    /** @param room for the ids that are kept, shared with all other feeds of the run */
    ChangesSince(ChangedIds feed, JsonElement since, IdRoom room) {
        this.feed = feed;
        this.position = since;
        this.room = room;
    }

    /** Returns which of some ids have changed, as of now. */
    synchronized Set<String> of(Set<String> ids, StopSignal stop) {
        Set<String> changed = new HashSet<>(ids);
        changed.retainAll(kept);
        read(stop, changed, ids.size(), ids::contains);
        return changed;
    }

    /**
     * Returns whether so many ids between two keys, or behind one for null, may have come or gone, as of now. Each shows once
     * in a feed, as it is by now: one that was deleted may be there again, and the reverse.
     */
    synchronized boolean isChanged(String from, @Nullable String before, long ids, StopSignal stop) {
        Predicate<String> isBetween = id -> KeyOrder.BY_CODE_POINT.compare(from, id) <= 0
                && (before == null || KeyOrder.BY_CODE_POINT.compare(id, before) < 0);
        Set<String> changed = new HashSet<>();
        for (String id : kept.tailSet(from)) {
            if (!isBetween.test(id)) {
                break;
            }
            changed.add(id);
        }
        read(stop, changed, ids, isBetween);
        return changed.size() >= ids;
    }

    /** Reads on until so many are found, or there is no more. */
    private void read(StopSignal stop, Set<String> found, long enough, Predicate<String> wanted) {
        if (found.size() >= enough) {
            return;
        }
        feed.read(position, stop, page -> {
            JsonElement next = page.position();
            if (next != null && room.isLeft()) {
                room.take(page.ids());
                kept.addAll(page.ids());
                position = next;
            }
            page.ids().stream().filter(wanted).forEach(found::add);
            return found.size() < enough;
        });
    }
}
