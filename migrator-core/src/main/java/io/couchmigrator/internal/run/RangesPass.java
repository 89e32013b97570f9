// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.common.util.concurrent.Uninterruptibles;
import io.couchmigrator.internal.batch.BatchTaker;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.retry.SideBySide;
import io.couchmigrator.internal.target.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Reads the ranges of a stage that are left: the very first item alone, so that what cannot work shows at once; then
 * all workers, each a range from start to end, in one thread, on one connection.
 *
 * @param <S> what the stage reads
 * @param taker what is done with each batch
 * @param log where the stage's entries go
 */
record RangesPass<S>(BatchTaker<S> taker, Path log) implements Pass<S> {
    @Override
    public void make(StageRun<S> run, StageState state) {
        if (state.offset().phase() == Phase.READING) {
            run.feed().ready(state.offset().ranges());
            run.tellStarted(state, log);
            read(run, state);
            run.tellRead(state);
        }
    }

    private void read(StageRun<S> run, StageState state) {
        Queue<Integer> todo = new ConcurrentLinkedQueue<>();
        IntStream.range(0, state.offset().ranges().size())
                .filter(i -> !state.range(i).done())
                .forEach(todo::add);
        if (todo.isEmpty()) {
            return;
        }
        new RangeReader<>(run, state, todo.element(), taker, run.site().target().own()).page(1);
        Worksite site = run.site();
        int workers = Math.min(site.workers(), todo.size());
        ExecutorService threads = Executors.newFixedThreadPool(workers, task -> {
            Thread thread = new Thread(task, "migrator-worker");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Future<Boolean>> working = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                Target.Connections sessions = site.target().worker(i);
                working.add(threads.submit(() -> work(run, state, todo, sessions)));
            }
            SideBySide.rethrow(SideBySide.joined(working, new ArrayList<>(), null));
        } catch (Throwable e) {
            site.stop().request();
            throw e;
        } finally {
            threads.shutdown();
            // No worker may go on once offsets are saved and the lock is given up.
            Uninterruptibles.awaitTerminationUninterruptibly(threads);
        }
    }

    /** On an error of one worker the others stop at their next batch. */
    private boolean work(StageRun<S> run, StageState state, Queue<Integer> todo, Target.Connections sessions) {
        try {
            for (Integer range = todo.poll(); range != null; range = todo.poll()) {
                new RangeReader<>(run, state, range, taker, sessions).read();
            }
            return true;
        } catch (Throwable e) {
            run.site().stop().request();
            throw e;
        }
    }
}
