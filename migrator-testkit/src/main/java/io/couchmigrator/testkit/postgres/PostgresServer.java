// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import io.couchmigrator.testkit.faults.FreePort;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL 15 of its own: a real server process on a free port, its files in a temporary directory.
 *
 * <pre>{@code
 * try (PostgresServer server = PostgresServer.start();
 *         TestDatabase database = server.createDatabase()) {
 *     database.execute("create table orders (id text primary key)");
 *     …
 * }
 * }</pre>
 *
 * <p>Starting takes a few seconds, a database about a tenth of one: share a server, not a database, between tests.
 * {@link io.couchmigrator.testkit.MigratorExtension} does. Writes are not flushed to the disk ({@code fsync = off}), so
 * they survive a {@link #stop} and {@link #restart} but no crash of the machine. The server's output goes to a file beside
 * its data, never to the console.
 *
 * <p>Works for the super-user too, on Linux, as long as {@code unshare} is there. Safe for use by multiple threads.
 */
public final class PostgresServer implements AutoCloseable {
    private static final Duration STARTUP_WAIT = Duration.ofSeconds(60);

    /** Test databases are reached with a password, so that a test can also get it wrong. */
    private static final String ACCESS_RULES = """
            local all all trust
            host all postgres all trust
            host all all all scram-sha-256
            """;

    private final Path directory;
    private final Thread closeAtExit = new Thread(this::close, "close-postgres");
    private int port;
    private boolean closed;
    private @Nullable EmbeddedPostgres running;

    private PostgresServer(Path directory) {
        this.directory = directory;
    }

    /**
     * Starts a server and waits until it answers. The caller closes it; if the JVM ends before that, even while
     * it starts, it is closed then.
     *
     * @throws IOException if it does not answer within a minute; the message names the file with its output
     */
    public static PostgresServer start() throws IOException {
        PostgresServer server = new PostgresServer(Files.createTempDirectory("migrator-postgres-"));
        Runtime.getRuntime().addShutdownHook(server.closeAtExit);
        try {
            server.launch();
        } catch (IOException e) {
            server.forgetToCloseAtExit();
            if (Files.notExists(server.output())) {
                Directories.delete(server.directory);
            }
            throw e;
        }
        return server;
    }

    /** Returns the port on localhost. It stays the same when the server is restarted. */
    public synchronized int port() {
        return port;
    }

    /** Returns whether the server is up. */
    public synchronized boolean isRunning() {
        return running != null;
    }

    /** Stops the server, which cuts all connections; databases stay. Does nothing if it is stopped already. */
    public synchronized void stop() {
        if (running != null) {
            try {
                running.close();
            } catch (IOException e) {
                throw new UncheckedIOException("PostgreSQL on port %s did not stop".formatted(port), e);
            }
            running = null;
        }
    }

    /**
     * Starts the server again, on the same port and with the same databases, after stopping it if it is up.
     *
     * @throws IOException if it does not answer within a minute, for instance because something else took the port
     */
    public synchronized void restart() throws IOException {
        if (closed) {
            throw new IllegalStateException("PostgreSQL on port %s is closed: start a new one".formatted(port));
        }
        stop();
        launch();
    }

    /**
     * Moves the server on to a new timeline, as a standby does that takes over: stops it, starts it as a standby on the
     * same port, and promotes that. No row is lost.
     *
     * @throws IOException if it does not answer within a minute
     */
    public synchronized void failOver() throws IOException {
        stop();
        Files.createFile(directory.resolve("pgdata").resolve("standby.signal"));
        restart();
        try {
            execute("SELECT pg_promote()");
        } catch (SQLException e) {
            throw new IOException("PostgreSQL on port %s was not promoted".formatted(port), e);
        }
    }

    /**
     * Creates an empty database of a new name, owned by a new role of that name. The caller closes it, which drops
     * both.
     *
     * @throws SQLException if the server is stopped
     */
    public TestDatabase createDatabase() throws SQLException {
        return createDatabase("UTF8");
    }

    /**
     * Creates an empty database as {@link #createDatabase()} does, whose texts are encoded in this way, such as
     * {@code SQL_ASCII} or {@code LATIN1}.
     *
     * @throws SQLException if the server is stopped or does not know the encoding
     */
    public TestDatabase createDatabase(String encoding) throws SQLException {
        String name = "migrator_test_" + UUID.randomUUID().toString().replace("-", "");
        String password = UUID.randomUUID().toString();
        execute("CREATE ROLE %s LOGIN PASSWORD '%s'".formatted(name, password));
        execute("CREATE DATABASE %s OWNER %s ENCODING '%s' TEMPLATE template0".formatted(name, name, encoding));
        return new TestDatabase(this, name, password);
    }

    /** Stops the server and deletes its files. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (Thread.currentThread() != closeAtExit) {
            forgetToCloseAtExit();
        }
        stop();
        Directories.delete(directory);
    }

    /** Runs one statement as super-user, outside any test database. */
    void execute(String sql) throws SQLException {
        try (Connection connection = superuserConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Opens a connection as super-user to the database {@code postgres}. */
    synchronized Connection superuserConnection() throws SQLException {
        if (running == null) {
            throw new SQLException("PostgreSQL on port %s is stopped: restart it first".formatted(port), "08001");
        }
        return running.getPostgresDatabase().getConnection();
    }

    private Path output() {
        return directory.resolve("server.log");
    }

    private synchronized void launch() throws IOException {
        Path output = output();
        try {
            port = port == 0 ? FreePort.find() : port;
            running = EmbeddedPostgres.builder()
                    .setDataDirectory(directory.resolve("pgdata"))
                    .setCleanDataDirectory(false)
                    .setDataDirectoryCustomizer(PostgresServer::writeAccessRules)
                    .setRegisterShutdownHook(false)
                    .setPort(port)
                    .setLocaleConfig("locale", "C")
                    .setServerConfig("full_page_writes", "off")
                    .setServerConfig("password_encryption", "scram-sha-256")
                    .setOutputRedirector(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .setPGStartupWait(STARTUP_WAIT)
                    .start();
            port = running.getPort();
            requireOurs();
        } catch (IOException | RuntimeException | SQLException e) {
            throw new IOException(
                    Files.exists(output)
                            ? "PostgreSQL did not start: see its output in %s".formatted(output)
                            : "there is no PostgreSQL for %s on %s here: expected one of the testkit's own binaries"
                                    .formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
                    e);
        }
    }

    /** A port is found free, then taken: in between another server may take it, and would answer in ours' place. */
    private void requireOurs() throws SQLException, IOException {
        try (Connection connection = superuserConnection();
                Statement statement = connection.createStatement();
                ResultSet setting = statement.executeQuery("SHOW data_directory")) {
            setting.next();
            Path answered = Path.of(setting.getString(1));
            if (!Files.isSameFile(answered, directory.resolve("pgdata"))) {
                throw new IOException("another server took port %s: expected one on %s, seen one on %s: start again"
                        .formatted(port, directory.resolve("pgdata"), answered));
            }
        }
    }

    private static void writeAccessRules(File dataDirectory) {
        try {
            Files.writeString(dataDirectory.toPath().resolve("pg_hba.conf"), ACCESS_RULES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forgetToCloseAtExit() {
        try {
            Runtime.getRuntime().removeShutdownHook(closeAtExit);
        } catch (IllegalStateException e) {
            // The JVM is going down: the hook runs or has run, and finds nothing left to do.
            return;
        }
    }
}
