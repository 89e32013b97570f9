// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A PgBouncer that lends two server connections, transaction by transaction, to all who ask for a test's database. It
 * refuses to run as the super-user, who therefore starts it in a namespace in which it is nobody.
 */
final class Pooler implements AutoCloseable {
    /** Names the program; where it is not set, nothing is tested behind a pooler. */
    static final String VARIABLE = "MIGRATOR_TEST_PGBOUNCER";

    private static final int STARTUP_ATTEMPTS = 300;

    private final TestDatabase database;
    private final int port;
    private final Process process;

    private Pooler(TestDatabase database, int port, Process process) {
        this.database = database;
        this.port = port;
        this.process = process;
    }

    static Pooler start(TestDatabase database, Path directory) throws Exception {
        int port = freePort();
        Path log = directory.resolve("pgbouncer.log");
        Path settings = Files.writeString(directory.resolve("pgbouncer.ini"), """
                [databases]
                %s = host=%s port=%d dbname=%s user=%s password=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = 2
                ignore_startup_parameters = extra_float_digits
                """.formatted(
                        database.name(),
                        database.host(),
                        database.port(),
                        database.name(),
                        database.user(),
                        database.password(),
                        port));
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "--user"));
        }
        command.addAll(List.of(System.getenv(VARIABLE), settings.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Pooler pooler = new Pooler(database, port, process);
        try {
            pooler.await(log);
        } catch (Exception e) {
            pooler.close();
            throw e;
        }
        return pooler;
    }

    /** Returns a source of connections to the pooler: what an operator's URL makes, and no more. */
    DataSource dataSource() {
        return dataSource("");
    }

    /** Returns a source of connections to the pooler, whose URL ends with these options. */
    DataSource dataSource(String options) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:%d/%s%s".formatted(port, database.name(), options));
        source.setUser(database.user());
        return source;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }

    private void await(Path log) throws Exception {
        SQLException last = null;
        for (int attempt = 0; attempt < STARTUP_ATTEMPTS; attempt++) {
            try (Connection connection = dataSource().getConnection()) {
                if (connection.isValid(0)) {
                    return;
                }
            } catch (SQLException e) {
                last = e;
            }
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new IOException("PgBouncer did not start: " + Files.readString(log), last);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
