// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.CouchServer;
import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Endpoint;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WatchTest {
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final Asking asking = new Asking();
    private final Watch watch = new Watch(Duration.ofMillis(1), new Reporter(new Listener() {
        @Override
        public void waiting(Wait wait) {
            told.add("waiting for " + wait.on());
        }

        @Override
        public void resumed(Wait wait) {
            told.add(wait.on() + " has answered");
        }
    }));

    @AfterEach
    void close() {
        watch.close();
    }

    @Test
    void tellsThatASilentServerHasAnswered() {
        watch.add("CouchDB", asking);

        asking.ask(() -> silence("CouchDB"));

        await().until(() -> told.equals(List.of("waiting for CouchDB", "CouchDB has answered")));
    }

    /** What comes next is an outage, or the end of the run. Another server shows that it was looked since. */
    @Test
    void tellsNoAnswerWhereTheQuestionFailed() {
        Asking other = new Asking();
        watch.add("CouchDB", asking);
        watch.add("PostgreSQL", other);

        assertThatThrownBy(() -> asking.ask(() -> {
                    silence("CouchDB");
                    throw new IOException("made by the test");
                }))
                .isInstanceOf(IOException.class);
        other.ask(() -> silence("PostgreSQL"));

        await().until(() -> told.contains("PostgreSQL has answered"));
        assertThat(told).doesNotContain("CouchDB has answered");
    }

    @Test
    void doesNotCountTheWelcomeForWhichNothingWaits() throws IOException {
        try (CouchDouble couch = CouchDouble.start();
                CouchClient client =
                        new CouchClient(CouchServer.builder(couch.url()).build())) {
            couch.script(Fault.silence().on(Requests.to(Endpoint.SERVER)).once());
            CompletableFuture<?> asked = CompletableFuture.supplyAsync(() -> {
                try {
                    return client.uuid();
                } catch (PassingException e) {
                    throw new IllegalStateException(e);
                }
            });
            couch.awaitStalled(1, Duration.ofSeconds(30));

            assertThat(client.asking().longest()).isEmpty();
            couch.release();
            asked.join();
        }
    }

    private boolean silence(String server) {
        await().until(() -> told.contains("waiting for " + server));
        return true;
    }
}
