// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.common.collect.Lists;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.List;

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

    /** What a verification found where it was asked for by id, and is not counted yet: ranks count what pages name. */
    private Tallies found = Tallies.NONE;

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
            run.site().stop().check();
            page(Integer.MAX_VALUE);
        }
    }

    /** Reads a page of at most so many items, and hands them on; nothing of the source is kept waiting by then. */
    void page(int most) {
        try (Feed.Page<S> page = pager.page(state.range(index), most)) {
            run.recognize(state);
            page.at().ifPresent(at -> state.goesOnFrom(index, at));
            if (page.failure().isPresent()) {
                throw page.failure().get();
            }
            BatchTaker<S> knowing = candidates(page);
            for (List<Item<S>> batch : Lists.partition(page.items(), run.site().chunkSize())) {
                batch(batch, knowing);
            }
            if (!page.more()) {
                state.finished(index, found);
            }
        }
    }

    /**
     * A page tells of all ids that it spans: what the target has there besides is asked for, since a page is no proof that it is gone.
     *
     * @return what takes the page's items
     */
    private BatchTaker<S> candidates(Feed.Page<S> page) {
        List<Item<S>> named = page.items();
        found = Tallies.NONE;
        if (page.more() && named.isEmpty()) {
            return taker;
        }
        RangeOffset range = state.range(index);
        Interval read = page.more() ? range.upTo(last(named)) : range.rest();
        return taker.candidates(read, named, sessions, ids -> run.byIds(ids, taker, state, sessions, this::counted));
    }

    private void batch(List<Item<S>> batch, BatchTaker<S> knowing) {
        run.take(batch, knowing, state, sessions, tallies -> {
            state.advanced(index, last(batch), tallies.plus(found));
            found = Tallies.NONE;
            run.progressed(state);
            run.site().limit().count(tallies);
        });
    }

    private static SourceId last(List<? extends Item<?>> items) {
        return items.get(items.size() - 1).id();
    }

    private void counted(Tallies asked) {
        found = found.plus(new Tallies(0, 0, 0, 0, 0, 0, 0, asked.verified(), asked.rows()));
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
    }
}
