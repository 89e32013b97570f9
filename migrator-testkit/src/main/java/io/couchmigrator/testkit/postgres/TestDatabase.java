// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A database of a {@link PostgresServer}, named {@code migrator_test_…} and empty at first. Its user owns it, is no
 * super-user and needs the password.
 *
 * <p>Safe for use by multiple threads. Whoever created it closes it, which cuts its connections and drops it.
 */
public final class TestDatabase implements AutoCloseable {
    private final PostgresServer server;
    private final String name;
    private final String password;

    TestDatabase(PostgresServer server, String name, String password) {
        this.server = server;
        this.name = name;
        this.password = password;
    }

    /** Returns the database's name. */
    public String name() {
        return name;
    }

    /** Returns the name of the user that owns the database. */
    public String user() {
        return name;
    }

    /** Returns the user's password. */
    public String password() {
        return password;
    }

    /** Returns the host that the server listens on. */
    public String host() {
        return "localhost";
    }

    /** Returns the port that the server listens on. */
    public int port() {
        return server.port();
    }

    /** Returns the JDBC URL, without user and password. */
    public String jdbcUrl() {
        return "jdbc:postgresql://%s:%s/%s".formatted(host(), port(), name);
    }

    /** Returns a new source of connections, which is no pool: each is opened when asked for and ended when closed. */
    public DataSource dataSource() {
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(jdbcUrl());
        dataSource.setUser(user());
        dataSource.setPassword(password());
        return dataSource;
    }

    /** Runs SQL statements, separated by semicolons, in one transaction. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Creates groups of tables. */
    public void create(Tables... groups) throws SQLException {
        for (Tables group : groups) {
            execute(group.sql());
        }
    }

    /**
     * Runs a query and returns its first column as text, row by row.
     *
     * @throws SQLException if a value is null, too: select what is never null
     */
    public List<String> query(String sql) throws SQLException {
        try (Connection connection = dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return texts(rows);
        }
    }

    /**
     * Returns the state of each connection that is open in this database, such as {@code idle} or
     * {@code idle in transaction}. A connection closed just now may be among them for an instant.
     */
    public List<String> openConnections() throws SQLException {
        try (Connection connection = server.superuserConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT coalesce(state, 'unknown') FROM pg_stat_activity WHERE datname = ? ORDER BY 1")) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return texts(rows);
            }
        }
    }

    /** Drops the database and its user, whoever is still connected. */
    @Override
    public void close() throws SQLException {
        // As DROP DATABASE WITH (FORCE) does, which PostgreSQL 12 does not have.
        server.execute("UPDATE pg_database SET datallowconn = false WHERE datname = '%s'".formatted(name));
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'".formatted(name));
        server.execute("DROP DATABASE IF EXISTS %s".formatted(name));
        server.execute("DROP ROLE IF EXISTS %s".formatted(name));
    }

    private static List<String> texts(ResultSet rows) throws SQLException {
        List<String> texts = new ArrayList<>();
        while (rows.next()) {
            String text = rows.getString(1);
            if (text == null) {
                throw new SQLException(
                        "row %s is null: expected a value in its first column".formatted(texts.size() + 1));
            }
            texts.add(text);
        }
        return texts;
    }
}
