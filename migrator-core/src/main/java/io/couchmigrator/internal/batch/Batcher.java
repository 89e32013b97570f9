// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.source.ByteBudget;
import io.couchmigrator.internal.source.Intake;
import io.couchmigrator.internal.source.Item;
import java.util.ArrayList;
import java.util.List;

/**
 * Gathers items into batches: at most the chunk size, and at most one share of the byte budget. Used by one thread.
 *
 * @param <S> what the stage reads
 */
public final class Batcher<S> implements Intake<S>, AutoCloseable {
    private final int chunkSize;
    private final ByteBudget budget;
    private final Writing<S> writing;
    private final Committed committed;

    private List<Item<S>> items = new ArrayList<>();
    private long bytes;
    private boolean oversized;

    /** Writes a batch and commits it. */
    @FunctionalInterface
    public interface Writing<S> {
        Tallies write(List<Item<S>> batch);
    }

    /** Hears of a batch that was committed. */
    @FunctionalInterface
    public interface Committed {
        void upTo(SourceId last, Tallies tallies);
    }

    public Batcher(int chunkSize, ByteBudget budget, Writing<S> writing, Committed committed) {
        this.chunkSize = chunkSize;
        this.budget = budget;
        this.writing = writing;
        this.committed = committed;
    }

    @Override
    public void documentGrewTo(long documentBytes) {
        if (!oversized && documentBytes > budget.share()) {
            budget.enterOversized();
            oversized = true;
        }
    }

    @Override
    public void restart() {
        items = new ArrayList<>();
        bytes = 0;
        leave();
    }

    @Override
    public void take(Item<S> item) {
        items.add(item);
        bytes += item instanceof Item.Found<S> found ? found.bytes() : 0;
        if (items.size() >= chunkSize || bytes >= budget.share() || oversized) {
            flush();
        }
    }

    /** Commits what is there. */
    public void flush() {
        if (!items.isEmpty()) {
            SourceId last = items.get(items.size() - 1).id();
            Tallies tallies = writing.write(items);
            committed.upTo(last, tallies);
        }
        restart();
    }

    @Override
    public void close() {
        leave();
    }

    private void leave() {
        if (oversized) {
            oversized = false;
            budget.leaveOversized();
        }
    }
}
