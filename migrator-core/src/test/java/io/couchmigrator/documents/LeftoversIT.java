// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.Progress;
import io.couchmigrator.Result;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.Running;
import io.couchmigrator.ShardMap;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Offsets;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Rows of an owned table whose documents are gone, though no feed tells of it. */
@ExtendWith(MigratorExtension.class)
final class LeftoversIT {
    /** Before, between and behind the ids of {@link Copies#documents}. */
    private static final List<String> LEFT =
            List.of("", "_design/old", "a", "d0075", "d007'\"\\", "d", "d049~", "e", "\uffee", "\ud83d\ude00");

    @TempDir
    private Path logs;

    @Test
    void goBeforeBetweenAndBehindTheDocumentsThatAreThere(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(50));
        tableWith(database, LEFT);
        tableWith(database, List.of("d020"));

        Result result = run(couch, database);

        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(LEFT.size());
        assertThat(Copies.rows(database)).isEqualTo(expected(50));
    }

    @Test
    void goWhereverARunIsStopped(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(50));
        tableWith(database, LEFT);

        Result result;
        int runs = 0;
        long deleted = 0;
        do {
            result = stoppedAfterABatch(Migrator::start, couch, database);
            deleted += result.tallies().deleted();
            runs++;
        } while (result.outcome() == Outcome.STOPPED);

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(runs).isGreaterThan(3);
        assertThat(deleted).isEqualTo(LEFT.size());
        assertThat(Copies.rows(database)).isEqualTo(expected(50));
    }

    @Test
    void areCountedOnceWhereverAVerificationIsStopped(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(50));
        run(couch, database);
        tableWith(database, LEFT);

        Result result;
        int parts = 0;
        do {
            result = stoppedAfterABatch(migrator -> migrator.startVerification(Depth.FULL), couch, database);
            parts++;
        } while (result.outcome() == Outcome.STOPPED);

        assertThat(result.outcome()).isEqualTo(Outcome.DIFFERENCES_FOUND);
        assertThat(parts).isGreaterThan(3);
        assertThat(result.tallies().verified().extra()).isEqualTo(LEFT.size());
        assertThat(result.tallies().rows().extra()).isEqualTo(LEFT.size());
        assertThat(result.tallies().alreadyThere()).isEqualTo(50);
    }

    /** CouchDB says so of ids that it is asked for, never on a page: that is a broken server's or proxy's. */
    @Test
    void areNoneOfADocumentThatAPageSaysIsNotFound(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(50));
        run(couch, database);
        couch.script(Fault.status(200)
                .body("{\"total_rows\":50,\"offset\":0,\"rows\":[{\"key\":\"d000\",\"error\":\"not_found\"}]}")
                .on(Requests.allDocs()
                        .and(Requests.method("GET"))
                        .and(Requests.query("include_docs", "true"))
                        .and(Requests.query("limit", "1")))
                .once());

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .reread(true)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isZero();
        assertThat(Copies.rows(database)).isEqualTo(expected(50));
    }

    @Test
    void goFromATableOfManyWhoseDatabaseIsEmpty(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop");
        tableOf(database, 20_001);

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .adopt(true)
                .chunkSize(1_000)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(20_001);
        assertThat(Copies.rows(database)).isEmpty();
    }

    @Test
    void goFromAllRangesOfAllWorkers(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(IntStream.range(0, 4_000).mapToObj(i -> Copies.document("d%05d".formatted(i), i)));
        tableWith(
                database,
                IntStream.rangeClosed(0, 40)
                        .mapToObj(i -> "d%05dx".formatted(i * 99))
                        .toList());

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .adopt(true)
                .workers(4)
                .chunkSize(100)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().deleted()).isEqualTo(41);
        assertThat(Copies.rows(database)).hasSize(4_000);
    }

    @Test
    void stayWhereTheDocumentIsThereThoughAPageMissesIt(TestDatabase database) throws Exception {
        try (CouchDouble couch = CouchDouble.builder().offsets(Offsets.NULL).start()) {
            CouchDatabase shop = couch.create("shop");
            shop.load(Copies.documents(30));
            tableWith(database, List.of("d010", "d020", "d0205"));
            couch.script(Fault.omitRow("d010").on(Requests.pages()));
            couch.script(Fault.omitRow("d020").on(Requests.pages()));
            shop.unreadable("d020");

            Result result = run(couch, database);

            assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
            assertThat(result.tallies().deleted()).isEqualTo(1);
            assertThat(Copies.rows(database))
                    .hasSize(30)
                    .contains("d010=10", "d020=-1")
                    .doesNotContain("d0205=-1");
        }
    }

    @Test
    void stayWhereThoseOfDeletedDocumentsDo(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("shop").load(Copies.documents(5));
        tableWith(database, LEFT);
        Migration keeping = Documents.builder()
                .database("shop", TableName.of("shop"))
                .keepsDeleted()
                .build();

        Result result = Copies.migrator(keeping, couch, database, logs)
                .adopt(true)
                .build()
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database)).hasSize(5 + LEFT.size());
        assertThat(couch.requests(request -> request.ids().contains("a"))).isEmpty();
    }

    @Test
    void goFromAllDatabasesOfAShardedTarget(CouchDouble couch, TestDatabase main, PostgresServer server)
            throws Exception {
        couch.create("shop").load(Copies.documents(20));
        try (TestDatabase even = server.createDatabase();
                TestDatabase odd = server.createDatabase()) {
            tableOf(even, 10_001);
            tableWith(odd, LEFT);

            Result result = Copies.migrator(parted(), couch, main, logs)
                    .adopt(true)
                    .shards(ShardMap.builder()
                            .shards(0, 0, even.dataSource())
                            .shards(1, 1, odd.dataSource())
                            .build())
                    .chunkSize(1_000)
                    .build()
                    .run();

            assertThat(result.failures()).isEmpty();
            assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
            assertThat(result.tallies().deleted()).isEqualTo(10_001 + LEFT.size());
            assertThat(Stream.of(even, odd).flatMap(LeftoversIT::rows)).hasSize(20);
            assertThat(rows(even)).allMatch(row -> row.matches(".*[02468]"));
        }
    }

    /** Each id is the end of a batch, and some cannot be stored. */
    @Test
    void goWhateverTheIdsAtTheEndsOfBatchesAre(CouchDouble couch, TestDatabase database) throws Exception {
        Random random = new Random(20261127);
        CouchDatabase shop = couch.create("shop");
        tableWith(database, List.of());
        List<String> alphabet = List.of("\0", "\u0001", "a", "b", "'", "\uffee", "\ud83d\ude00");
        TreeSet<String> there = new TreeSet<>();
        for (int i = 0; i < 60; i++) {
            String id = text(random, alphabet);
            if (there.add(id)) {
                shop.put(Copies.document(id, i));
            }
        }
        TreeSet<String> rows = Stream.generate(() -> text(random, alphabet.subList(1, alphabet.size())))
                .limit(60)
                .collect(Collectors.toCollection(TreeSet::new));
        tableWith(database, rows);

        Result result = Copies.migrator(Copies.migration(), couch, database, logs)
                .adopt(true)
                .chunkSize(1)
                .build()
                .run();

        assertThat(result.failures()).isEmpty();
        assertThat(database.query("select id from shop"))
                .containsExactlyInAnyOrderElementsOf(
                        there.stream().filter(id -> id.indexOf('\0') < 0).toList());
    }

    private static String text(Random random, List<String> alphabet) {
        return Stream.generate(() -> alphabet.get(random.nextInt(alphabet.size())))
                .limit(1 + random.nextInt(3))
                .collect(Collectors.joining());
    }

    private static Migration parted() {
        OwnedTable<DocumentRow> rows = OwnedTable.<DocumentRow>named(TableName.of("shop"))
                .id("id", DocumentRow::id)
                .column("rev", "text", DocumentRow::rev)
                .column("doc", "jsonb", DocumentRow::doc)
                .router((row, shards) -> row.id().charAt(row.id().length() - 1) % shards)
                .build();
        return Migration.builder("parted")
                .stage(DocumentStage.<DocumentRow>builder("shop")
                        .text()
                        .transform((document, context) ->
                                List.of(new DocumentRow(document.id(), document.rev(), document.json())))
                        .owns(rows)
                        .build())
                .build();
    }

    private static Stream<String> rows(TestDatabase database) {
        try {
            return Copies.rows(database).stream();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> expected(int count) {
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Copies.id(i) + "=" + i);
        }
        return rows;
    }

    /** Gives the migration a table that is its own and has these rows. */
    private static void tableWith(TestDatabase database, Iterable<String> ids) throws SQLException {
        createTable(database);
        for (String id : ids) {
            database.execute(
                    "insert into shop values ('%s', '1-0', '{\"value\": -1}')".formatted(id.replace("'", "''")));
        }
    }

    private static void tableOf(TestDatabase database, int rows) throws SQLException {
        createTable(database);
        database.execute("insert into shop select 'n' || n, '1-0', '{}' from generate_series(1, %d) n".formatted(rows));
    }

    private static void createTable(TestDatabase database) throws SQLException {
        if (database.query("select to_regclass('shop') is not null").contains("f")) {
            Copies.createTable(database);
        }
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return Copies.migrator(Copies.migration(), couch, database, logs)
                .adopt(true)
                .build()
                .run();
    }

    private Result stoppedAfterABatch(Function<Migrator, Running> start, CouchDouble couch, TestDatabase database) {
        CompletableFuture<Running> running = new CompletableFuture<>();
        Migrator migrator = Copies.migrator(Copies.migration(), couch, database, logs)
                .adopt(true)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        running.join().stop();
                    }
                })
                .build();
        running.complete(start.apply(migrator));
        return running.join().result();
    }
}
