// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.concurrent.CompletableFuture;

/** A run that its own listener stops, which may hear of it before the caller has it. Used once. */
final class Stoppable {
    private final CompletableFuture<Running> running = new CompletableFuture<>();

    Result run(Migrator migrator) {
        return result(migrator.start());
    }

    Result verify(Migrator migrator) {
        return result(migrator.startVerification());
    }

    void stop() {
        running.join().stop();
    }

    private Result result(Running started) {
        running.complete(started);
        return started.result();
    }
}
