// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Writer.Standing;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code migrate_metadata} in releases of the application in which {@code blobs_blobmeta} is a view over two tables. */
@ExtendWith(MigratorExtension.class)
final class BlobMetaViewIT {
    private static final String ILLEGAL_ID = "sha1-0000000000000000000000000000000000000000";
    private static final String REMARK =
            "\"blobs_blobmeta\" is a view: rows are written into \"blobs_blobmeta_tbl\", and whether a key is there is asked of the view.";

    @TempDir
    private Path logs;

    private final Corpus corpus = Corpus.load();
    private final Recorder recorder = new Recorder();

    /** A row of the corpus as the older table can show it. */
    private final ExpectedRow older = corpus.rows().stream()
            .filter(row -> row.typeCode() == 2 && row.name().equals("form.xml") && row.contentType() != null)
            .findFirst()
            .orElseThrow();

    @BeforeEach
    void load(CouchDouble couch, TestDatabase database) throws Exception {
        corpus.loadInto(couch);
        couch.database("commcarehq").delete(ILLEGAL_ID);
        corpus.loadInto(database);
        BlobMetaView.create(database);
    }

    @Test
    void writesWhatTheViewDoesNotShowIntoTheTableBehindIt(CouchDouble couch, TestDatabase database) throws Exception {
        BlobMetaView.insertIntoOlder(database, older);

        Result result = migrator(couch, database).build().run();

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().written()).isEqualTo(744);
        assertThat(result.tallies().alreadyThere()).isEqualTo(1);
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
        assertThat(database.query("select count(*) || ' ' || count(*) filter (where key = '%s') from blobs_blobmeta_tbl"
                        .formatted(older.key())))
                .containsExactly("744 0");
        assertThat(database.query("select slug from blobs_blobmigrationstate")).containsExactly("migrate_metadata");
        assertThat(recorder.lines()).containsOnlyOnce("warned " + REMARK);
    }

    @Test
    void writesNothingMoreAndDrawsFromNoSequenceInASecondRun(CouchDouble couch, TestDatabase database)
            throws Exception {
        BlobMetaView.insertIntoOlder(database, older);
        migrator(couch, database).build().run();

        Result again = migrator(couch, database).startOver(true).build().run();

        assertThat(again.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().written()).isZero();
        assertThat(again.tallies().alreadyThere()).isEqualTo(745);
        assertThat(database.query("select last_value from blobs_blobmeta_id_seq"))
                .containsExactly("744");
    }

    @Test
    void keepsTheIdentityOfBoth(CouchDouble couch, TestDatabase database) throws Exception {
        migrator(couch, database).build().run();

        assertThat(Files.readString(logs.resolve("migrate_metadata.offsets.json")))
                .contains(
                        "\"blobs_blobmeta\": " + oid(database, "blobs_blobmeta"),
                        "\"blobs_blobmeta_tbl\": " + oid(database, "blobs_blobmeta_tbl"));
    }

    @Test
    void verifiesWhatTheViewShows(CouchDouble couch, TestDatabase database) throws Exception {
        BlobMetaView.insertIntoOlder(database, older);
        migrator(couch, database).build().run();
        // A key that both tables have is one row, and must not be taken for the next one.
        Shards.insert(database, "blobs_blobmeta_tbl", older);
        Result whole = migrator(couch, database).build().verify();
        database.execute("delete from blobs_blobmeta_tbl where type_code = 5");

        Result lacking = migrator(couch, database).build().verify();

        assertThat(whole.failures()).isEmpty();
        assertThat(whole.tallies().verified().missing()).isZero();
        assertThat(whole.tallies().verified().different()).isZero();
        assertThat(whole.tallies().verified().leftAlone()).isZero();
        assertThat(lacking.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(lacking.tallies().verified().missing()).isPositive();
    }

    @Test
    void isCheckedWithBothAndSaysWhereRowsGo(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("revoke all on blobs_blobmeta from %1$s; revoke insert on blobs_blobmeta_tbl from %1$s"
                .formatted(database.user()));

        List<MigrationException> faults =
                migrator(couch, database).build().check().faults();

        assertThat(faults)
                .extracting(Throwable::getMessage)
                .anySatisfy(fault -> assertThat(fault)
                        .contains("grant SELECT (\"key\") on public.blobs_blobmeta to " + database.user()))
                .anySatisfy(fault -> assertThat(fault)
                        .contains("on table \"blobs_blobmeta_tbl\": grant INSERT (\"content_length\", "));
        assertThat(recorder.lines()).containsOnlyOnce("warned " + REMARK);
        for (MigrationException fault : faults) {
            String asked = String.valueOf(fault.getMessage());
            database.execute(asked.substring(asked.indexOf("grant ")));
        }
        assertThat(migrator(couch, database).build().run().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void isRefusedWithoutTheTableBehindIt(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("alter table blobs_blobmeta_tbl rename to blobs_others");

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).extracting(Throwable::getMessage).anySatisfy(fault -> assertThat(fault)
                .contains("table \"blobs_blobmeta_tbl\" does not exist"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key::char(255) | key column \"key\" of table \"blobs_blobmeta\" is of type character",
                "domain as other | table \"blobs_blobmeta\" has no column \"key\"",
            })
    void isRefusedIfItCannotTellKeysApart(String key, String said, CouchDouble couch, TestDatabase database)
            throws Exception {
        database.execute(
                "drop view blobs_blobmeta; create view blobs_blobmeta as select id, domain, parent_id, name, %s,"
                                .formatted(key)
                        + " type_code, content_type, content_length, created_on from blobs_blobmeta_tbl");

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).extracting(Throwable::getMessage).anySatisfy(fault -> assertThat(fault)
                .contains(said));
    }

    @Test
    void isNoneWhereBothAreTables(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(
                "drop view blobs_blobmeta; create table blobs_blobmeta (like blobs_blobmeta_tbl including all)");

        Result result = migrator(couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(ExpectedRow.readAll(database.dataSource())).containsExactlyInAnyOrderElementsOf(corpus.rows());
        assertThat(database.query("select key from blobs_blobmeta_tbl")).isEmpty();
        assertThat(recorder.lines()).noneMatch(line -> line.startsWith("warned "));
    }

    @Test
    void mayBeOneInSomeDatabasesOfAShardedTarget(CouchDouble couch, TestDatabase database, PostgresServer postgres)
            throws Exception {
        try (CouchDouble source = CouchDouble.start();
                TestDatabase main = postgres.createDatabase();
                Shards shards = Shards.on(source, main, postgres, 2)) {
            BlobMetaView.create(shards.database(1));
            ExpectedRow its = corpus.rows().stream()
                    .filter(row -> row.typeCode() == 2 && row.name().equals("form.xml") && row.contentType() != null)
                    .filter(row -> shards.place(row) == 1)
                    .findFirst()
                    .orElseThrow();
            BlobMetaView.insertIntoOlder(shards.database(1), its);

            Result result =
                    shards.migrator(source, logs).listener(recorder).build().run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.tallies().written()).isEqualTo(744);
            shards.assertExact();
            assertThat(recorder.lines())
                    .filteredOn(line -> line.startsWith("warned "))
                    .containsExactly("warned " + shards.name(1) + ": " + REMARK);
        }
    }

    @Test
    void isAskedByItsIndexesAndNotReadWhole(TestDatabase database) throws Exception {
        database.execute("""
                insert into form_processor_xforminstancesql
                select 'form ' || n, 'demo', now() from generate_series(1, 20000) n;
                insert into form_processor_xformattachmentsql (form_id, name, blob_id, blob_bucket, content_length)
                select 'form ' || n, 'form.xml', 'key ' || n, '', 5 from generate_series(1, 20000) n;
                analyze
                """);
        Upsert<String> upsert = Upsert.<String>into("blobs_blobmeta")
                .tableBehindView("blobs_blobmeta_tbl")
                .key("key", row -> row)
                .text("domain", row -> "demo")
                .text("parent_id", row -> "parent")
                .text("name", row -> "")
                .integer("type_code", row -> 2)
                .integer("content_length", row -> 5)
                .expression("created_on", "now()")
                .build();
        List<String> keys =
                IntStream.range(19_950, 20_050).mapToObj(n -> "key " + n).toList();
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);

            Writer<String> writer = Upserts.prepared(connection, upsert);
            int written = writer.write(connection, Changes.of(keys));
            List<Standing> standings = writer.compare(connection, keys);

            assertThat(written).isEqualTo(49);
            assertThat(standings).hasSize(100);
            try (ResultSet read =
                    statement.executeQuery("select coalesce(sum(seq_scan), 0) from pg_stat_xact_user_tables"
                            + " where relname like 'form_processor_%'")) {
                read.next();
                assertThat(read.getLong(1))
                        .as("whole readings of the older tables")
                        .isZero();
            }
        }
    }

    private Migrator.Builder migrator(CouchDouble couch, TestDatabase database) {
        return Blobs.migrator(couch, database.dataSource(), logs).listener(recorder);
    }

    private static String oid(TestDatabase database, String table) throws Exception {
        return database.query("select '%s'::regclass::oid".formatted(table)).get(0);
    }
}
