// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import io.couchmigrator.Listener.Wait;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells of servers that are silent, while they are: one that accepts a connection and does not answer, or stalls in the middle of an
 * answer, is an error only after a long timeout. Safe for use by multiple threads. Whoever made it closes it.
 */
public final class Watch implements AutoCloseable {
    private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

    private final Duration patience;
    private final WaitListener listener;
    private final Map<String, Watched> servers = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer;

    /**
     * Begins. What the timer returns can tell nothing: a look throws nothing.
     *
     * @param patience how long a server may be silent before that is told
     */
    @SuppressWarnings("FutureReturnValueIgnored")
    public Watch(Duration patience, WaitListener listener) {
        this.patience = patience;
        this.listener = listener;
        this.timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "migrator-watch");
            thread.setDaemon(true);
            return thread;
        });
        long nanos = Math.min(patience.toNanos(), LOOK_AGAIN.toNanos());
        timer.scheduleWithFixedDelay(() -> servers.values().forEach(this::look), nanos, nanos, TimeUnit.NANOSECONDS);
    }

    /** Watches a server, by the name that people know, from now on. */
    public void add(String server, Asking asking) {
        servers.put(server, new Watched(server, asking));
    }

    /** Makes an attempt at a server, all of which is waited for. */
    <T> T attempt(String server, Patience.Attempt<T> attempt) throws PassingException {
        Watched watched = servers.computeIfAbsent(server, name -> new Watched(name, new Asking()));
        return watched.asking.ask(attempt::make);
    }

    private void look(Watched server) {
        Wait told = server.told;
        Optional<Duration> silence = server.asking.longest().filter(lasts -> lasts.compareTo(patience) >= 0);
        if (silence.isEmpty()) {
            server.told = null;
            // One that ends by a failure goes on as an outage, or ends the run.
            if (told != null && server.asking.isAnswered()) {
                listener.resumed(told);
            }
        } else {
            Instant since = told == null ? Instant.now().minus(silence.get()) : told.since();
            server.told = new Wait(Wait.Kind.SILENCE, server.name, "no answer yet", since, Optional.empty());
            listener.waiting(server.told);
        }
    }

    /** Tells no more. What is waited for goes on. */
    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** A server, and the silence that was told last, until it is over. */
    private static final class Watched {
        private final String name;
        private final Asking asking;
        private @Nullable Wait told;

        Watched(String name, Asking asking) {
            this.name = name;
            this.asking = asking;
        }
    }
}
