// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.reporting.ReportEntry;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

final class MigratorExtensionIT {
    @Test
    void givesEachTestADatabaseAndADoubleOfItsOwn() {
        Events tests = run(Fresh.class);

        tests.assertStatistics(statistics -> statistics.succeeded(2).failed(0));
    }

    @Test
    void closesTheDoubleAfterTheTest() {
        Events tests = run(Telling.class);

        ReportEntry told = tests.reportingEntryPublished().stream()
                .map(event -> event.getRequiredPayload(ReportEntry.class))
                .findFirst()
                .orElseThrow();
        int port = Integer.parseInt(told.getKeyValuePairs().get("port"));
        assertThatIOException().isThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close());
    }

    @Test
    void failsATestThatLeavesAConnectionOpen() {
        Events tests = run(Leaking.class);

        tests.failed()
                .assertEventsMatchExactly(finishedWithFailure(
                        message(text -> text.contains(": 2 {idle=1, idle in transaction=1}, expected 0"))));
    }

    @Test
    void leavesAConnectionOpenIfTold() {
        Events tests = run(LeakingAsTold.class);

        tests.assertStatistics(statistics -> statistics.succeeded(1).failed(0));
    }

    @Test
    void startsAServerAgainThatATestHasStopped() {
        Events tests = run(Stopping.class);

        tests.assertStatistics(statistics -> statistics.succeeded(2).failed(0));
    }

    private static Events run(Class<?> testClass) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(testClass))
                .execute()
                .testEvents();
    }

    @ExtendWith(MigratorExtension.class)
    static final class Fresh {
        @BeforeEach
        void create(CouchDouble couch, TestDatabase database) throws SQLException {
            couch.create("orders");
            database.create(BlobSchema.TARGET);
        }

        @Test
        void one(CouchDouble couch, TestDatabase database) throws SQLException {
            assertThat(couch.database("orders").count()).isZero();
            assertThat(ExpectedRow.readAll(database.dataSource())).isEmpty();
        }

        @Test
        void other(CouchDouble couch, TestDatabase database) throws SQLException {
            one(couch, database);
        }
    }

    @ExtendWith(MigratorExtension.class)
    static final class Telling {
        @Test
        void tells(CouchDouble couch, TestReporter reporter) {
            reporter.publishEntry("port", Integer.toString(couch.port()));
        }
    }

    @ExtendWith(MigratorExtension.class)
    static final class Leaking {
        private final Leak leak = new Leak();

        @Test
        void leaks(TestDatabase database) throws SQLException {
            leak.open(database);
        }
    }

    static final class LeakingAsTold {
        @RegisterExtension
        static final MigratorExtension EXTENSION = new MigratorExtension().withoutLeakCheck();

        private final Leak leak = new Leak();

        @Test
        void leaks(TestDatabase database) throws SQLException {
            leak.open(database);
        }
    }

    @ExtendWith(MigratorExtension.class)
    @TestMethodOrder(MethodOrderer.OrderAnnotation.class)
    static final class Stopping {
        @Test
        @Order(1)
        void stops(PostgresServer server, TestDatabase database) {
            assertThat(database.port()).isEqualTo(server.port());
            server.stop();
        }

        @Test
        @Order(2)
        void goesOn(TestDatabase database) throws SQLException {
            assertThat(database.query("SELECT 1")).containsExactly("1");
        }
    }

    /** Keeps its connections open and in reach: the driver closes those that the garbage collector finds. */
    private static final class Leak {
        private final List<Connection> connections = new ArrayList<>();

        void open(TestDatabase database) throws SQLException {
            connections.add(database.dataSource().getConnection());
            Connection inTransaction = database.dataSource().getConnection();
            connections.add(inTransaction);
            inTransaction.setAutoCommit(false);
            try (Statement statement = inTransaction.createStatement()) {
                statement.execute("SELECT 1");
            }
        }
    }
}
