// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.CouchServer;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.retry.OwnThread;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Silence;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.target.Target;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

final class PreflightIT {
    private final StopSignal stop = new StopSignal();

    @TempDir
    private Path logs;

    /** CouchDB says nothing, for which the caller waits, up to the second that it may be silent. */
    @Test
    void leavesNoLookAtTheSourceBehindWhereAnErrorEndsTheOneAtTheTarget() throws Exception {
        Thread caller = Thread.currentThread();
        AtomicBoolean over = new AtomicBoolean();
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                CouchClient couch = new CouchClient(CouchServer.builder("http://127.0.0.1:" + silent.getLocalPort())
                        .readTimeout(Duration.ofSeconds(1))
                        .build());
                Target target = Target.of(breaking(), Optional.empty(), Map.of(), 1, stop, this::patience)) {
            Migration migration = SmallRun.settings(
                            "http://127.0.0.1:" + silent.getLocalPort(), breaking(), logs, new Listener() {})
                    .migration();
            CompletableFuture<Boolean> waitedFor = CompletableFuture.supplyAsync(() -> {
                await().until(() -> isWaiting(caller) || over.get());
                return !over.get();
            });

            assertThatThrownBy(() -> Preflight.at(
                            migration, stage -> true, couch, patience("CouchDB"), target, stop, stop::request))
                    .isInstanceOf(OutOfMemoryError.class);
            over.set(true);

            assertThat(waitedFor.join()).isTrue();
        }
    }

    private static boolean isWaiting(Thread caller) {
        return Arrays.stream(caller.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(OwnThread.class.getName()));
    }

    private Patience patience(String server) {
        return new Patience(server, Duration.ZERO, stop, new Silence(), Clock.systemUTC());
    }

    private static PGSimpleDataSource breaking() {
        return new PGSimpleDataSource() {
            private static final long serialVersionUID = 1L;

            @Override
            public Connection getConnection() {
                throw new OutOfMemoryError("of a test");
            }
        };
    }
}
