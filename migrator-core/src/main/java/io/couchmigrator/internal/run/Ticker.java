// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.gson.JsonObject;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.retry.Reporter;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Does what is due now and then: checkpoints, tallies in the history, progress, and a look at the speed each second. */
final class Ticker implements AutoCloseable {
    private static final long CHECKPOINT_MILLIS = 250;
    private static final long LOOK_SECONDS = 1;
    private static final long TALLIES_SECONDS = 60;
    private static final long PROGRESS_SECONDS = 5 * 60;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "migrator-ticker");
        thread.setDaemon(true);
        return thread;
    });
    private final Consumer<Throwable> failed;

    /**
     * Begins.
     *
     * @param heldUp tells whether the run is held up
     * @param failed takes what goes wrong
     */
    Ticker(
            Checkpoints checkpoints,
            Stages stages,
            Reporter reporter,
            LogDirectory directory,
            BooleanSupplier heldUp,
            Consumer<Throwable> failed) {
        this.failed = failed;
        every(CHECKPOINT_MILLIS, TimeUnit.MILLISECONDS, checkpoints::saveIfChanged);
        every(TALLIES_SECONDS, TimeUnit.SECONDS, () -> reporter.remember("tallies", json(stages.tallies())));
        every(LOOK_SECONDS, TimeUnit.SECONDS, () -> checkpoints.look(heldUp.getAsBoolean()));
        every(LOOK_SECONDS, TimeUnit.SECONDS, directory::show);
        every(PROGRESS_SECONDS, TimeUnit.SECONDS, stages::tellProgress);
    }

    /** Ends after what is being done now. */
    @Override
    public void close() {
        timer.shutdown();
        while (!Uninterruptibles.awaitTerminationUninterruptibly(timer, 1, TimeUnit.MINUTES)) {
            timer.shutdownNow();
        }
    }

    /** The task catches all it throws, so what the timer returns can tell nothing. */
    @SuppressWarnings("FutureReturnValueIgnored")
    private void every(long period, TimeUnit unit, Runnable task) {
        timer.scheduleWithFixedDelay(() -> attempt(task), period, period, unit);
    }

    /** The timer would forget a task that throws, and tell nobody. */
    private void attempt(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            failed.accept(e);
        }
    }

    private static JsonObject json(Tallies tallies) {
        JsonObject json = new JsonObject();
        json.addProperty("read", tallies.read());
        json.addProperty("filtered", tallies.filtered());
        json.addProperty("rejected", tallies.rejected());
        json.addProperty("written", tallies.written());
        json.addProperty("already_there", tallies.alreadyThere());
        if (tallies.deleted() > 0) {
            json.addProperty("deleted", tallies.deleted());
        }
        return json;
    }
}
