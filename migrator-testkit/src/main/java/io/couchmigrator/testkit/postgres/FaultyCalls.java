// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/** Connections and statements whose steps a {@link FaultyDataSource} lets fail; all else is the driver's. */
final class FaultyCalls {
    private FaultyCalls() {}

    static Connection onConnection(Connection connection, FaultyDataSource faults) {
        return proxy(Connection.class, new OfConnection(connection, faults));
    }

    private static final class OfConnection implements InvocationHandler {
        private final Connection connection;
        private final FaultyDataSource faults;

        OfConnection(Connection connection, FaultyDataSource faults) {
            this.connection = connection;
            this.faults = faults;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            return switch (method.getName()) {
                case "equals" -> arguments != null && proxy == arguments[0];
                case "commit" ->
                    faults.step(
                            new JdbcStep(JdbcStep.Kind.COMMIT, ""), connection, () -> call(connection, method, null));
                case "unwrap" ->
                    arguments != null && arguments[0] == PGConnection.class
                            ? proxy(PGConnection.class, new OfDriver(connection, faults))
                            : call(connection, method, arguments);
                case "createStatement" -> statement(Statement.class, proxy, method, arguments);
                case "prepareStatement" -> statement(PreparedStatement.class, proxy, method, arguments);
                case "prepareCall" -> statement(CallableStatement.class, proxy, method, arguments);
                default -> call(connection, method, arguments);
            };
        }

        private Object statement(
                Class<? extends Statement> type, Object proxy, Method method, Object @Nullable [] arguments)
                throws Throwable {
            Object made = call(connection, method, arguments);
            String sql = type == Statement.class ? "" : text(arguments);
            return proxy(type, new OfStatement(type.cast(made), sql, (Connection) proxy, connection, faults));
        }
    }

    /** What the driver's connection offers beside JDBC, of which only copies fail on purpose. */
    private static final class OfDriver implements InvocationHandler {
        private final Connection connection;
        private final FaultyDataSource faults;

        OfDriver(Connection connection, FaultyDataSource faults) {
            this.connection = connection;
            this.faults = faults;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            return method.getName().equals("getCopyAPI")
                    ? new Copies(connection, faults)
                    : call(connection.unwrap(PGConnection.class), method, arguments);
        }
    }

    /** Begins copies, each of which is a step when it ends: what was sent until then may not have come. */
    private static final class Copies extends CopyManager {
        private final Connection connection;
        private final FaultyDataSource faults;

        Copies(Connection connection, FaultyDataSource faults) throws SQLException {
            super(connection.unwrap(BaseConnection.class));
            this.connection = connection;
            this.faults = faults;
        }

        @Override
        public CopyIn copyIn(String sql) throws SQLException {
            CopyIn copy = super.copyIn(sql);
            return proxy(
                    CopyIn.class,
                    (proxy, method, arguments) -> method.getName().equals("endCopy")
                            ? faults.step(
                                    new JdbcStep(JdbcStep.Kind.COPY, sql), connection, () -> call(copy, method, null))
                            : call(copy, method, arguments));
        }
    }

    private static final class OfStatement implements InvocationHandler {
        private final Statement statement;
        private final String prepared;
        private final Connection shown;
        private final Connection connection;
        private final FaultyDataSource faults;

        OfStatement(
                @Nullable Statement statement,
                String prepared,
                Connection shown,
                Connection connection,
                FaultyDataSource faults) {
            if (statement == null) {
                throw new IllegalStateException("the driver made no statement");
            }
            this.statement = statement;
            this.prepared = prepared;
            this.shown = shown;
            this.connection = connection;
            this.faults = faults;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            if (method.getName().equals("equals")) {
                return arguments != null && proxy == arguments[0];
            }
            if (method.getName().equals("getConnection")) {
                return shown;
            }
            if (!method.getName().startsWith("execute")) {
                return call(statement, method, arguments);
            }
            String sql = arguments == null ? prepared : text(arguments);
            return faults.step(
                    new JdbcStep(JdbcStep.Kind.STATEMENT, sql), connection, () -> call(statement, method, arguments));
        }
    }

    private static String text(Object @Nullable [] arguments) {
        return arguments == null ? "" : String.valueOf(arguments[0]);
    }

    /** Calls the driver, whose exceptions come as they are. */
    private static @Nullable Object call(Object driver, Method method, Object @Nullable [] arguments) throws Exception {
        try {
            return method.invoke(driver, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(FaultyCalls.class.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
