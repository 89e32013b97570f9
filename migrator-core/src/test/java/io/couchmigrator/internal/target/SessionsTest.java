// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.TargetException;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Silence;
import io.couchmigrator.internal.retry.StopSignal;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

final class SessionsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final CountDownLatch closed = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void closesAConnectionThatComesTooLate() throws Exception {
        CountDownLatch givenUp = new CountDownLatch(1);
        DataSource slow = source(() -> {
            awaitUninterruptibly(givenUp);
            return connection();
        });

        try (Sessions sessions = new Sessions(slow, "PostgreSQL", 1, Duration.ofMillis(1))) {
            assertThatThrownBy(() -> sessions.open(patience()))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContaining("no connection came within 1 ms");
            givenUp.countDown();
        }

        assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void saysHowManyConnectionsASmallPoolGave() {
        DataSource pool = source(() -> {
            if (asked.incrementAndGet() > 2) {
                throw new SQLTransientConnectionException("pool - connection is not available");
            }
            return connection();
        });

        try (Sessions sessions = new Sessions(pool, "PostgreSQL", 4, LONG)) {
            assertThatThrownBy(() -> sessions.open(patience()))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContainingAll("needed 5", "got 2", "enlarge the pool", "workers(1)");
        }
    }

    @Test
    void doesNotSpeakOfAPoolWhereTheServerHasNoConnectionLeft() {
        DataSource server = source(() -> {
            if (asked.incrementAndGet() > 2) {
                throw new PSQLException(new ServerErrorMessage("SFATAL\0C53300\0Mtoo many clients already\0"));
            }
            return connection();
        });

        try (Sessions sessions = new Sessions(server, "PostgreSQL", 4, LONG)) {
            assertThatThrownBy(() -> sessions.open(patience()))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContainingAll("needed 5", "got 2", "max_connections", "workers(1)")
                    .hasMessageNotContaining("pool");
        }
    }

    @Test
    void doesNotBlameThePoolForAServerThatWentAway() {
        DataSource pool = source(() -> {
            if (asked.incrementAndGet() > 2) {
                throw new SQLTransientConnectionException(
                        "pool", new PSQLException("connection refused", PSQLState.CONNECTION_UNABLE_TO_CONNECT));
            }
            return connection();
        });

        try (Sessions sessions = new Sessions(pool, "PostgreSQL", 4, LONG)) {
            assertThatThrownBy(() -> sessions.open(patience()))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContaining("connection refused (SQLSTATE 08001)")
                    .hasMessageNotContaining("pool");
        }
    }

    @Test
    void saysThatADataSourceReturnedNull() {
        try (Sessions sessions = new Sessions(source(() -> null), "PostgreSQL", 1, LONG)) {
            assertThatThrownBy(() -> sessions.open(patience()))
                    .isInstanceOf(TargetException.class)
                    .hasMessageMatching(
                            "PostgreSQL: could not connect: the data source, .*Proxy.*, returned null: expected a connection: .*");
        }
    }

    /** Another one is not asked for, which would be the same. */
    @Test
    void saysThatADataSourceReturnedAClosedConnection() {
        try (Sessions sessions = new Sessions(source(() -> connection(true)), "PostgreSQL", 1, LONG)) {
            assertThatThrownBy(() -> sessions.open(patience()))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContaining("returned a closed connection: expected an open one");
        }
    }

    private static Patience patience() {
        return new Patience("PostgreSQL", Duration.ZERO, new StopSignal(), new Silence(), Clock.systemUTC());
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean passed = false;
        while (!passed) {
            try {
                passed = latch.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                // The wait is of a driver that does not heed interrupts.
            }
        }
    }

    private Connection connection() {
        return connection(false);
    }

    private Connection connection(boolean isClosed) {
        return (Connection) Proxy.newProxyInstance(
                SessionsTest.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        closed.countDown();
                    }
                    if (method.getName().equals("isClosed")) {
                        return isClosed;
                    }
                    return method.getReturnType() == boolean.class ? true : null;
                });
    }

    private static DataSource source(Lender lender) {
        return (DataSource) Proxy.newProxyInstance(
                SessionsTest.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, arguments) -> lender.lend());
    }

    @FunctionalInterface
    private interface Lender {
        @Nullable
        Connection lend() throws SQLException;
    }
}
