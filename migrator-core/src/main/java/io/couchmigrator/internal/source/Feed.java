// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.Witness;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a stage reads from. Waits out passing errors by itself. Safe for use by multiple threads, each with a session
 * of its own.
 *
 * @param <S> what the stage reads
 */
public interface Feed<S> {
    /** Looks at the source as it is now. */
    Plan plan(Session session);

    /**
     * Makes sure that the source is still the one that a stage was read from.
     *
     * @return what it says of itself now, for documents
     * @throws io.couchmigrator.OffsetsRefusedException if it is another one, or in an older state
     */
    Optional<StageOffset.Database> recognize(StageOffset stage);

    /**
     * Returns what the source said of itself before anything was read, if by that nothing has gone of it without a change that
     * tells of it; empty if something may have.
     */
    default Optional<StageOffset.Database> beforehand(StageOffset saved) {
        return Optional.empty();
    }

    /** Cuts what is left of ranges into more, where the source can tell how large they are; others stay as they are. */
    List<RangeOffset> cut(List<RangeOffset> ranges);

    /** Returns how many items there are now in a range of which nothing is read; empty where the source does not tell. */
    default OptionalLong size(RangeOffset range) {
        return OptionalLong.empty();
    }

    /** Cuts a range of which nothing is read in two of about the same size; it stays whole where that cannot be. */
    default List<RangeOffset> halved(RangeOffset range) {
        return List.of(range);
    }

    /** Cuts off from a range of which nothing is read what is design documents. */
    default List<RangeOffset> withDesignsApart(RangeOffset range) {
        return List.of(range);
    }

    /** Gets ready to read what is left of these ranges. */
    void ready(List<RangeOffset> ranges);

    /**
     * Returns a reader of one range.
     *
     * @param since the position in the change feed before anything of the range was read
     * @param recognize makes sure, after an outage, that the source is still the one that the range belongs to
     */
    Pager<S> pager(RangeOffset range, @Nullable JsonElement since, Runnable recognize, Session session);

    /**
     * Reads items by id, in any order; each id is answered.
     *
     * @param most the most items in a batch
     * @param then takes each batch, as large as a worker may hold; it keeps no answer of the source waiting
     */
    void byIds(List<SourceId> ids, int most, Session session, Consumer<List<Item<S>>> then);

    /**
     * Returns what may have gone of the source, though no change tells of it, since a stage took note of that.
     *
     * @param now what the source says of itself now
     */
    Purged purged(StageOffset saved, StageOffset.Database now);

    /** Returns a reader of what changed since a stage stood there. */
    CatchUp<S> catchUp(StageOffset since, Session session);

    /**
     * Returns which items are remembered, to know the source by.
     *
     * @param known those before a batch was committed
     */
    List<Witness> witnesses(List<Witness> known, List<Item<S>> batch);

    /** Returns whether it tells what changed since it was read; else a complete stage is read from its beginning. */
    boolean tellsChanges();

    /**
     * Returns which of some items no run has come to yet, or have changed since one did.
     *
     * @param migrated where the migration stands
     * @param stop is looked at between requests
     */
    Set<SourceId> notYetMigrated(StageOffset migrated, Set<SourceId> ids, StopSignal stop);

    /**
     * What a stage is to read.
     *
     * @param database what tells the source from another, for documents
     * @param sequence the position in the change feed before anything was read
     * @param total how many items the source has
     */
    record Plan(
            Optional<StageOffset.Database> database,
            @Nullable JsonElement sequence,
            long total) {}

    /**
     * What may have gone of a source though no change tells of it.
     *
     * @param ids which items, to be asked for
     * @param whole whether these are all; else everything is to be read again
     */
    record Purged(List<SourceId> ids, boolean whole) {
        static final Purged NOTHING = of(List.of());
        static final Purged UNKNOWN = new Purged(List.of(), false);

        static Purged of(List<SourceId> ids) {
            return new Purged(ids, true);
        }
    }

    /**
     * Reads one range page by page. Used by one thread.
     *
     * @param <S> what the stage reads
     */
    @FunctionalInterface
    interface Pager<S> {
        /**
         * Reads the next page, waiting out passing errors.
         *
         * @param at where the range stands
         * @param most the most items
         */
        Page<S> page(RangeOffset at, int most);
    }

    /**
     * Reads what changed since a position. Used by one thread.
     *
     * @param <S> what the stage reads
     */
    interface CatchUp<S> {
        /** Returns whether there is anything to read. */
        boolean isPending();

        /** Returns whether there is nothing to read, and the source shows that it is no other that has nothing to tell. */
        boolean isUnchanged();

        /** Returns how much there was to read at the beginning; empty if the source does not say. */
        OptionalLong pending();

        /** Reads the next page, waiting out passing errors. */
        Page<S> page();

        /** Returns how many changes were read. */
        long changes();

        /** Returns the position after the pages read so far; null if the source has none. */
        @Nullable
        JsonElement position();
    }

    /**
     * A page that was read: as many items as a worker may hold, which count as held until it is closed.
     *
     * @param <S> what the stage reads
     * @param intake holds the items
     * @param at where the range stands before the items: where it stood, unless the page shows that what was read before is
     *     not to be trusted; empty for changes
     * @param more whether there may be more after the items
     * @param failure why nothing more can be read in this run; empty if it can
     */
    record Page<S>(Intake<S> intake, Optional<RangeOffset> at, boolean more, Optional<SourceException> failure)
            implements AutoCloseable {
        public List<Item<S>> items() {
            return intake.items();
        }

        @Override
        public void close() {
            intake.close();
        }
    }
}
