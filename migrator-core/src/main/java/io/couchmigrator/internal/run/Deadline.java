// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.LimitException;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import java.time.Duration;
import java.util.Optional;

/** Stops a run when the time is up that its caller gave it. Used once. */
final class Deadline {
    /** Nobody waits longer, and nanoseconds could not tell much more. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Optional<Duration> most;
    private final StopSignal stop;
    private volatile boolean passed;

    /** @param most how long the run may take; empty for as long as it likes */
    Deadline(Optional<Duration> most, StopSignal stop) {
        this.most = most;
        this.stop = stop;
    }

    /** Begins to wait, in a thread of its own that ends with the run. */
    void begin() {
        most.ifPresent(time -> {
            Thread waiting = new Thread(() -> await(time), "migrator-deadline");
            waiting.setDaemon(true);
            waiting.start();
        });
    }

    private void await(Duration time) {
        try {
            stop.pause(time.compareTo(LONGEST) < 0 ? time : LONGEST);
            passed = true;
            stop.request();
        } catch (StoppedException e) {
            // It ended before, or was asked to.
        }
    }

    /** Returns why the run was stopped; empty if it was not, by this. */
    Optional<LimitException> failure() {
        return most.filter(time -> passed)
                .map(time -> new LimitException(
                        Limit.DURATION,
                        "the time is up: after %s s, the most that this run was given, it was stopped: run it again, and it goes on from there"
                                .formatted(time.toSeconds())));
    }
}
