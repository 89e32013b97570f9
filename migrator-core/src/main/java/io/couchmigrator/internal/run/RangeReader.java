// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import com.google.common.collect.Lists;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads one range from where it stands to its end: a page, its batches, advance, again. Used by one thread.
 *
 * @param <S> what the stage reads
 */
final class RangeReader<S> {
    private final StageRun<S> run;
    private final StageState state;
    private final int index;
    private final BatchTaker<S> taker;
    private final Target.Connections sessions;
    private final Feed.Pager<S> pager;

    /** @param index the range's place among those of the stage */
    RangeReader(StageRun<S> run, StageState state, int index, BatchTaker<S> taker, Target.Connections sessions) {
        this.run = run;
        this.state = state;
        this.index = index;
        this.taker = taker;
        this.sessions = sessions;
        this.pager = run.feed()
                .pager(state.range(index), state.offset().sequence(), () -> run.recognize(state), sessions.main());
    }

    void read() {
        while (!state.range(index).done()) {
            page(Integer.MAX_VALUE);
        }
    }

    /** Reads a page of at most so many items, and hands them on; nothing of the source is kept waiting by then. */
    void page(int most) {
        run.site().goOn();
        try (Feed.Page<S> page = pager.page(state.range(index), most)) {
            run.recognize(state);
            page.at().ifPresent(at -> state.goesOnFrom(index, at));
            if (page.failure().isPresent()) {
                throw page.failure().get();
            }
            List<List<Item<S>>> batches =
                    Lists.partition(page.items(), run.site().chunkSize());
            List<Tallies> found = new ArrayList<>(Collections.nCopies(batches.size() + 1, Tallies.NONE));
            BatchTaker<S> knowing = candidates(page, batches, found);
            for (int i = 0; i < batches.size(); i++) {
                batch(batches.get(i), knowing, found.get(i));
            }
            if (!page.more()) {
                state.finished(index, found.get(batches.size()));
            }
        }
    }

    /**
     * A page tells of all ids that it spans: what the target has there besides is asked for, since a page is no proof that it is gone.
     *
     * @param found takes what a verification finds, which is not counted yet, since ranks count what pages name: for each batch up to
     *     its last id, from where a range that is stopped goes on, and then for what lies behind
     * @return what takes the page's items
     */
    private BatchTaker<S> candidates(Feed.Page<S> page, List<List<Item<S>>> batches, List<Tallies> found) {
        List<Item<S>> named = page.items();
        if (page.more() && named.isEmpty()) {
            return taker;
        }
        RangeOffset range = state.range(index);
        Interval read = page.more() ? range.upTo(last(named)) : range.rest();
        return taker.candidates(read, named, sessions, ids -> byBatch(ids, batches)
                .forEach((batch, its) -> run.byIds(
                        its,
                        taker,
                        state,
                        sessions,
                        asked -> found.set(batch, found.get(batch).plus(counted(asked))))));
    }

    /** Returns ids by the places of the batches up to whose last ids they are. */
    private Map<Integer, List<SourceId>> byBatch(List<SourceId> ids, List<List<Item<S>>> batches) {
        List<String> ends = batches.stream().map(batch -> last(batch).text()).toList();
        return ids.stream().collect(groupingBy(id -> placeOf(id.text(), ends), TreeMap::new, toList()));
    }

    private static int placeOf(String id, List<String> ends) {
        int place = Collections.binarySearch(ends, id, KeyOrder.BY_CODE_POINT);
        return place < 0 ? -place - 1 : place;
    }

    private void batch(List<Item<S>> batch, BatchTaker<S> knowing, Tallies found) {
        run.take(batch, knowing, state, sessions, tallies -> {
            state.advanced(index, last(batch), tallies.plus(found));
            run.progressed(state);
            run.site().limit().count(tallies);
        });
    }

    private static SourceId last(List<? extends Item<?>> items) {
        return items.get(items.size() - 1).id();
    }

    /** Counts outside of the ranges what was asked for by id, and returns what of it counts in them. */
    private Tallies counted(Tallies asked) {
        state.others(new Tallies(
                asked.read(),
                asked.processed(),
                asked.filtered(),
                asked.rejected(),
                asked.written(),
                asked.alreadyThere(),
                asked.deleted(),
                Verified.NONE,
                Rows.NONE));
        run.site().limit().count(asked);
        return new Tallies(0, 0, 0, 0, 0, 0, 0, asked.verified(), asked.rows());
    }
}
