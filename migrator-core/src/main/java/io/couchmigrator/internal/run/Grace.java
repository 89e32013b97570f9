// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.common.util.concurrent.Uninterruptibles;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.target.Target;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * How long a stop waits for PostgreSQL: what is in hand is given its time, then cancelled and rolled back, unless it is being
 * committed, which only PostgreSQL can tell the end of; connections of a server that does not even answer to that are broken. Closed last, since giving connections back is a wait as well.
 */
final class Grace implements AutoCloseable {
    /** An ordinary batch takes a part of a second. */
    static final Duration OF_BATCHES = Duration.ofSeconds(5);

    private static final Duration TELL_AFTER = Duration.ofSeconds(1);
    private static final Duration OF_ROLLBACKS = Duration.ofSeconds(1);

    private final Duration length;
    private final StopSignal stop;
    private final Reporter reporter;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** @param length how long what is in hand is waited for; zero where there is nothing to keep, nor to tell of */
    Grace(Duration length, StopSignal stop, Reporter reporter) {
        this.length = length;
        this.stop = stop;
        this.reporter = reporter;
    }

    /** Bounds the wait for a target, once a stop is requested, and returns it. */
    Target bounding(Target target) {
        Thread bounding = new Thread(() -> bound(target), "migrator-stop");
        bounding.setDaemon(true);
        bounding.start();
        return target;
    }

    /** Whatever comes now need not be bounded any more. */
    @Override
    public void close() {
        closed.countDown();
        // Who waits for the request to stop hears of the end by it.
        stop.request();
    }

    private void bound(Target target) {
        stop.await();
        Duration silent = length.compareTo(TELL_AFTER) < 0 ? length : TELL_AFTER;
        if (isClosedWithin(silent)) {
            return;
        }
        List<String> busy = target.with(session -> session.isWorking() || session.isCommitting());
        tell(
                busy,
                "Stopping: %s is given %s s for what it has in hand; then that is rolled back, unless it is being committed.");
        if (isClosedWithin(length.minus(silent))) {
            return;
        }
        tell(
                target.with(Session::isWorking),
                "%s did not finish what it had in hand within %s s of the stop: that is rolled back, and read again the next time.");
        target.giveUp();
        // Nothing begins to commit any more.
        tell(
                target.with(Session::isCommitting),
                "%s did not finish a commit within %s s of the stop: what is in it may be committed; it is read again the next time.");
        if (!isClosedWithin(OF_ROLLBACKS)) {
            target.cut();
        }
    }

    private boolean isClosedWithin(Duration duration) {
        return Uninterruptibles.awaitUninterruptibly(closed, duration);
    }

    private void tell(List<String> databases, String message) {
        if (!databases.isEmpty() && !length.isZero()) {
            String told = message.formatted(String.join(" and ", databases), length.toSeconds());
            reporter.tell(to -> to.warned(told));
        }
    }
}
