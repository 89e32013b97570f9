// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.batch.Batcher;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.retry.SideBySide;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.source.Pager;
import io.couchmigrator.internal.target.WorkerSessions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Reads the ranges of a stage that are left: the very first item alone, so that what cannot work shows at once; then
 * all workers, each a range from start to end, in one thread, on one connection.
 *
 * @param <S> what the stage reads
 */
final class RangeReaders<S> {
    private final StageState state;
    private final Feed<S> feed;
    private final Worksite site;
    private final Batchers<S> batchers;
    private final Counted counted;
    private final Recognition recognition;
    private final Queue<Integer> todo = new ConcurrentLinkedQueue<>();

    /** Makes the batcher of a range. */
    @FunctionalInterface
    interface Batchers<S> {
        Batcher<S> batcher(WorkerSessions sessions, Batcher.Committed committed);
    }

    /** Hears of each batch. */
    @FunctionalInterface
    interface Counted {
        void batch(StageState state, Tallies tallies);
    }

    RangeReaders(
            StageState state,
            Feed<S> feed,
            Worksite site,
            Batchers<S> batchers,
            Counted counted,
            Recognition recognition) {
        this.state = state;
        this.feed = feed;
        this.site = site;
        this.batchers = batchers;
        this.counted = counted;
        this.recognition = recognition;
        IntStream.range(0, state.offset().ranges().size())
                .filter(i -> !state.range(i).done())
                .forEach(todo::add);
    }

    /** Reads all of them. On an error of one worker the others stop at their next batch. */
    void readAll() {
        if (!todo.isEmpty()) {
            int first = todo.element();
            page(
                    first,
                    feed.pager(
                            state.range(first),
                            state.offset().sequence(),
                            site.target().own().main()),
                    site.target().own(),
                    1);
        }
        int workers = Math.min(site.workers(), todo.size());
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, workers), task -> {
            Thread thread = new Thread(task, "migrator-worker");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Boolean>> working = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                WorkerSessions sessions = site.target().worker(i);
                working.add(threads.submit(() -> work(sessions)));
            }
            SideBySide.rethrow(SideBySide.joined(working, new ArrayList<>(), null));
        } catch (Throwable e) {
            site.stop().request();
            throw e;
        } finally {
            ended(threads);
        }
    }

    /** No worker may go on once offsets are saved and the lock is given up. */
    private static void ended(ExecutorService threads) {
        threads.shutdown();
        boolean interrupted = false;
        while (!threads.isTerminated()) {
            try {
                threads.awaitTermination(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean work(WorkerSessions sessions) {
        try {
            for (Integer range = todo.poll(); range != null; range = todo.poll()) {
                read(range, sessions);
            }
            return true;
        } catch (Throwable e) {
            site.stop().request();
            throw e;
        }
    }

    private void read(int index, WorkerSessions sessions) {
        Pager<S> pager = feed.pager(state.range(index), state.offset().sequence(), sessions.main());
        boolean more = !state.range(index).done();
        while (more) {
            site.stop().check();
            more = page(index, pager, sessions, Integer.MAX_VALUE);
        }
    }

    private boolean page(int index, Pager<S> pager, WorkerSessions sessions, int limit) {
        Batcher.Committed committed = (last, tallies) -> {
            state.advanced(index, last, tallies);
            counted.batch(state, tallies);
            // A page may hold many batches: whoever asks for a stop waits for the one in hand only.
            site.stop().check();
        };
        try (Batcher<S> batcher = batchers.batcher(sessions, committed)) {
            boolean more = pager.page(place(index), limit, batcher);
            batcher.flush();
            if (!more) {
                recognition.afterOutage(state::offset);
                state.finished(index);
            }
            return more;
        }
    }

    private Pager.Place place(int index) {
        return new Pager.Place() {
            @Override
            public RangeOffset now() {
                return state.range(index);
            }

            @Override
            public void recognize() {
                recognition.afterOutage(state::offset);
            }

            @Override
            public void rewind(RangeOffset to) {
                state.rewound(index, to);
            }
        };
    }
}
