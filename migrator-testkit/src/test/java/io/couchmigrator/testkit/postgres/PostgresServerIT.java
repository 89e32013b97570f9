// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.ds.PGSimpleDataSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class PostgresServerIT {
    private PostgresServer server;

    @BeforeAll
    void start() throws IOException {
        server = PostgresServer.start();
    }

    @AfterAll
    void close() {
        server.close();
    }

    @Test
    void createsDatabasesThatDoNotSeeEachOther() throws SQLException {
        try (TestDatabase one = server.createDatabase();
                TestDatabase other = server.createDatabase()) {
            one.create(BlobSchema.TARGET);

            assertThat(one.name()).startsWith("migrator_test_").isNotEqualTo(other.name());
            assertThat(one.query("SELECT count(*) FROM blobs_blobmeta")).containsExactly("0");
            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> other.query("SELECT count(*) FROM blobs_blobmeta"))
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("42P01"));
        }
    }

    @Test
    void isPostgres15WithAUserWhoIsNoSuperuser() throws SQLException {
        try (TestDatabase database = server.createDatabase()) {
            assertThat(database.query("SHOW server_version_num").get(0)).startsWith("15");
            assertThat(database.query("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
                    .containsExactly("f");
        }
    }

    @Test
    void refusesAWrongPassword() throws SQLException {
        try (TestDatabase database = server.createDatabase()) {
            PGSimpleDataSource wrong = new PGSimpleDataSource();
            wrong.setUrl(database.jdbcUrl());
            wrong.setUser(database.user());
            wrong.setPassword("wrong");

            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(wrong::getConnection)
                    .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
        }
    }

    @Test
    void keepsPortAndRowsOverARestart() throws Exception {
        try (TestDatabase database = server.createDatabase()) {
            database.create(BlobSchema.TARGET);
            database.execute("INSERT INTO blobs_blobmigrationstate (slug, timestamp) VALUES ('kept', now())");
            int port = server.port();

            server.stop();
            assertThat(server.isRunning()).isFalse();
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> database.query("SELECT 1"));
            server.restart();

            assertThat(server.port()).isEqualTo(port);
            assertThat(database.query("SELECT slug FROM blobs_blobmigrationstate"))
                    .containsExactly("kept");
        }
    }

    @Test
    void keepsPortAndRowsButNotItsTimelineOverAFailOver() throws Exception {
        String timeline = "SELECT substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)";
        try (TestDatabase database = server.createDatabase()) {
            database.create(BlobSchema.TARGET);
            database.execute("INSERT INTO blobs_blobmigrationstate (slug, timestamp) VALUES ('kept', now())");
            int port = server.port();
            long before = Long.parseLong(database.query(timeline).get(0), 16);

            server.failOver();

            assertThat(server.port()).isEqualTo(port);
            assertThat(Long.parseLong(database.query(timeline).get(0), 16)).isEqualTo(before + 1);
            assertThat(database.query("SELECT slug FROM blobs_blobmigrationstate"))
                    .containsExactly("kept");
            database.execute("DELETE FROM blobs_blobmigrationstate");
        }
    }

    @Test
    void dropsADatabaseThatIsStillConnected() throws SQLException {
        TestDatabase database = server.createDatabase();
        try (Connection connection = database.dataSource().getConnection()) {
            assertThat(database.openConnections()).hasSize(1);

            database.close();

            assertThat(connection.isValid(1)).isFalse();
            assertThatExceptionOfType(SQLException.class).isThrownBy(() -> database.query("SELECT 1"));
        }
    }

    @Test
    void loadsTheCorpus() throws SQLException {
        try (TestDatabase database = server.createDatabase()) {
            Corpus.load().loadInto(database);

            assertThat(database.query("SELECT count(*) FROM accounting_wireinvoice"))
                    .containsExactly("39");
            assertThat(database.query("SELECT count(*) FROM icds_reports_icdsfile"))
                    .containsExactly("12");
            assertThat(ExpectedRow.readAll(database.dataSource())).isEmpty();
        }
    }

    @Test
    void readsBackTheRowsThatATestExpects() throws SQLException {
        try (TestDatabase database = server.createDatabase()) {
            database.create(BlobSchema.TARGET);
            database.execute("INSERT INTO blobs_blobmeta"
                    + " (domain, parent_id, name, key, type_code, content_length, created_on)"
                    + " VALUES ('d', 'p', 'n', 'k', 2, 7, now())");

            assertThat(ExpectedRow.readAll(database.dataSource()))
                    .containsExactly(new ExpectedRow("d", 2, "p", "n", "k", null, 7));
        }
    }
}
