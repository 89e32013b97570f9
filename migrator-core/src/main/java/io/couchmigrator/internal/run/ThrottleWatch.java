// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks each second how fast the run is to go on, in a thread of its own: where a mount is dead a look takes for ever, and
 * nothing else may wait for it. Safe for use by multiple threads.
 */
final class ThrottleWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ThrottleWatch.class);

    /** A run that is to begin with a pause reads nothing before; one that cannot find out begins. */
    static final Duration LONGEST_FIRST_LOOK = Duration.ofSeconds(5);

    private static final long LOOK_SECONDS = 1;

    private final Supplier<Runnable> look;
    private final Consumer<Throwable> failed;
    private final CountDownLatch looked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    /**
     * Begins, and waits for the first look.
     *
     * @param look looks, and returns what is to be done then
     * @param longestFirstLook how long that is waited for
     * @param failed takes what goes wrong
     */
    ThrottleWatch(Supplier<Runnable> look, Duration longestFirstLook, Consumer<Throwable> failed) {
        this.look = look;
        this.failed = failed;
        Thread looking = new Thread(this::watch, "migrator-throttle");
        looking.setDaemon(true);
        looking.start();
        if (!Uninterruptibles.awaitUninterruptibly(looked, longestFirstLook.toNanos(), TimeUnit.NANOSECONDS)) {
            LOG.warn("the run begins before it has seen the throttle file, which does not answer");
        }
    }

    private void watch() {
        do {
            try {
                heed(look.get());
            } catch (Throwable e) {
                failed.accept(e);
            }
            looked.countDown();
        } while (!Uninterruptibles.awaitUninterruptibly(ended, LOOK_SECONDS, TimeUnit.SECONDS));
    }

    private synchronized void heed(Runnable then) {
        if (ended.getCount() > 0) {
            then.run();
        }
    }

    /** Ends: from now on nothing is told or changed, whatever a look that goes on will see. */
    @Override
    public synchronized void close() {
        ended.countDown();
    }
}
