// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each JUnit test what a migration needs: a {@link CouchDouble} without databases, an empty {@link TestDatabase},
 * and the {@link PostgresServer} that it is on.
 *
 * <pre>{@code
 * @ExtendWith(MigratorExtension.class)
 * final class OrdersMigrationIT {
 *     @Test
 *     void writesOneRowPerOrder(CouchDouble couch, TestDatabase database) throws Exception {
 *         …
 *     }
 * }
 * }</pre>
 *
 * <p>A test asks for what it wants by the types of its parameters, or of those of its {@code @BeforeEach} and
 * {@code @AfterEach} methods; what nobody asks for is not made. Within one test the same type gives the same object.
 * Database and double are new for each test and closed after it. The server is started once in a JVM, at its first use,
 * and stopped when all tests are over; one that a test has stopped is started again before the next.
 *
 * <p>After each test, a connection that is still open in its database fails the test, with the counts: whoever borrows
 * a connection must give it back. {@link #withoutLeakCheck} turns that off.
 *
 * <p>Needs JUnit 5.13 or later, which this module does not bring along. Immutable. Tests that stop the server must not
 * run at the same time as others.
 */
public final class MigratorExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(MigratorExtension.class);

    private static final Set<Class<?>> TYPES = Set.of(CouchDouble.class, TestDatabase.class, PostgresServer.class);

    private final boolean leakCheck;

    /** Creates the extension with its leak check. JUnit does so for {@code @ExtendWith}. */
    public MigratorExtension() {
        this(true);
    }

    private MigratorExtension(boolean leakCheck) {
        this.leakCheck = leakCheck;
    }

    /** Returns an extension that lets connections stay open, for a {@code @RegisterExtension} field. */
    public MigratorExtension withoutLeakCheck() {
        return new MigratorExtension(false);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        PostgresServer server = context.getRoot().getStore(NAMESPACE).get(PostgresServer.class, PostgresServer.class);
        if (server != null) {
            startAgain(server);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return context.getTestMethod().isPresent() && TYPES.contains(type);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (type == CouchDouble.class) {
            return couch(context);
        }
        return type == TestDatabase.class ? database(context) : server(context);
    }

    /** Only the database is closed here; JUnit itself closes what else a test has in its store. */
    @Override
    public void afterEach(ExtensionContext context) throws IOException, SQLException {
        TestDatabase database = context.getStore(NAMESPACE).remove(TestDatabase.class, TestDatabase.class);
        if (database == null) {
            return;
        }
        try (database) {
            startAgain(server(context));
            if (leakCheck) {
                ConnectionLeaks.check(database);
            }
        }
    }

    private static CouchDouble couch(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(CouchDouble.class, type -> CouchDouble.start(), CouchDouble.class);
    }

    private static TestDatabase database(ExtensionContext context) {
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(TestDatabase.class, type -> createDatabase(server(context)), TestDatabase.class);
    }

    private static PostgresServer server(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(PostgresServer.class, type -> startServer(), PostgresServer.class);
    }

    private static void startAgain(PostgresServer server) throws IOException {
        if (!server.isRunning()) {
            server.restart();
        }
    }

    private static TestDatabase createDatabase(PostgresServer server) {
        try {
            return server.createDatabase();
        } catch (SQLException e) {
            throw new ParameterResolutionException("no test database on port %s".formatted(server.port()), e);
        }
    }

    private static PostgresServer startServer() {
        try {
            return PostgresServer.start();
        } catch (IOException e) {
            throw new ParameterResolutionException("no PostgreSQL server for the tests", e);
        }
    }
}
