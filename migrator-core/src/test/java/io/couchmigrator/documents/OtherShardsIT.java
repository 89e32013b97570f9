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
import io.couchmigrator.ShardMap;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.FaultyDataSource;
import io.couchmigrator.testkit.postgres.JdbcFault;
import io.couchmigrator.testkit.postgres.JdbcStep;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tables of a target that is sharded by the documents' ids, with rows that were not written by the same rules. */
@ExtendWith(MigratorExtension.class)
final class OtherShardsIT {
    private static final int DOCUMENTS = 40;

    @TempDir
    private Path logs;

    @TempDir
    private Path others;

    private CouchDouble couch;
    private CouchDatabase shop;
    private TestDatabase main;
    private TestDatabase first;
    private TestDatabase second;

    @BeforeEach
    void createDatabases(CouchDouble couch, TestDatabase main, PostgresServer server) throws Exception {
        this.couch = couch;
        this.main = main;
        shop = couch.create("shop");
        shop.load(Copies.documents(DOCUMENTS));
        first = server.createDatabase();
        second = server.createDatabase();
    }

    @AfterEach
    void dropDatabases() throws Exception {
        first.close();
        second.close();
    }

    @Test
    void haveEachRowOnceWhereAnotherRouterIsReadAgain() throws Exception {
        Outcome before = migrator(routed(0), logs, first, second).build().run().outcome();

        Result again =
                migrator(routed(1), logs, first, second).reread(true).build().run();

        assertThat(before).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().written()).isEqualTo(DOCUMENTS);
        assertThat(again.tallies().deleted()).isEqualTo(DOCUMENTS);
        assertEachRowOnce(again, migrator(routed(1), logs, first, second));
    }

    @Test
    void haveEachRowOnceByAnotherMapInAnotherLogDirectory() throws Exception {
        Outcome before = run(logs, first, second).outcome();

        Result swapped = run(others, second, first);

        assertThat(before).isEqualTo(Outcome.COMPLETE);
        assertThat(swapped.tallies().deleted()).isEqualTo(DOCUMENTS);
        assertEachRowOnce(swapped, migrator(Copies.migration(), others, second, first));
    }

    @Test
    void haveEachRowOnceWhereTheyAreAdoptedWithAllOfThem() throws Exception {
        for (TestDatabase database : List.of(first, second)) {
            Copies.createTable(database);
            database.execute(
                    "insert into shop select 'd' || lpad(n::text, 3, '0'), '1-0', jsonb_build_object('value', n) from generate_series(0, %s) n"
                            .formatted(DOCUMENTS - 1));
        }

        Result adopted = migrator(Copies.migration(), logs, first, second)
                .adopt(true)
                .build()
                .run();

        assertThat(adopted.tallies().deleted()).isEqualTo(DOCUMENTS);
        assertEachRowOnce(adopted, migrator(Copies.migration(), logs, first, second));
    }

    @Test
    void haveEachRowOnceWhereAnotherRunClaimedThemMeanwhile() throws Exception {
        run(logs, first, second);
        Outcome meanwhile = run(others, second, first).outcome();

        Result again = run(logs, first, second);

        assertThat(meanwhile).isEqualTo(Outcome.COMPLETE);
        assertEachRowOnce(again, migrator(Copies.migration(), logs, first, second));
    }

    /** What is rejected where all is read keeps its row wherever that is, and it is the feed that brings the document then. */
    @Test
    void haveTheRowOnceOfADocumentThatIsRejectedAndMendedWhileTheyAreRead() throws Exception {
        Outcome before = migrator(routed(0), logs, first, second).build().run().outcome();
        for (TestDatabase database : List.of(first, second)) {
            database.execute("alter table shop add constraint small check ((doc ->> 'value')::int < 7000)");
        }
        shop.put(Copies.document(Copies.id(7), 7000));

        Result again = migrator(routed(1), logs, first, second)
                .reread(true)
                .listener(new Listener() {
                    @Override
                    public void stageRead(Progress progress) {
                        shop.put(Copies.document(Copies.id(7), 7));
                    }
                })
                .build()
                .run();

        assertThat(before).isEqualTo(Outcome.COMPLETE);
        assertThat(again.tallies().rejected()).isOne();
        assertEachRowOnce(again, migrator(routed(1), logs, first, second));
    }

    /** No page names a document that is gone, and so its row stays where it was. */
    @Test
    void haveTheRowOnceOfADocumentThatWasKeptAndIsThereAgain() throws Exception {
        Migration keeping = Documents.builder()
                .database("shop", TableName.of("shop"))
                .keepsDeleted()
                .build();
        migrator(keeping, logs, first, second).build().run();
        shop.delete(Copies.id(7));
        Outcome swapped = migrator(keeping, others, second, first).build().run().outcome();

        shop.put(Copies.document(Copies.id(7), 7));
        Result again = migrator(keeping, others, second, first).build().run();

        assertThat(swapped).isEqualTo(Outcome.COMPLETE);
        assertEachRowOnce(again, migrator(keeping, others, second, first));
    }

    @Test
    void areSearchedForNothingToDeleteWhereTheyAreEmptyOrAsTheyShouldBe() {
        AtomicInteger deletions = new AtomicInteger();
        Migrator.Builder migrator = migrator(Copies.migration(), logs, first, second)
                .shards(shards(counting(first, deletions), counting(second, deletions)));

        Result filled = migrator.build().run();
        Result again = migrator.reread(true).build().run();

        assertThat(filled.tallies().written()).isEqualTo(DOCUMENTS);
        assertThat(again.tallies().alreadyThere()).isEqualTo(DOCUMENTS);
        assertThat(deletions).hasValue(0);
    }

    private void assertEachRowOnce(Result run, Migrator.Builder migrator) throws Exception {
        List<String> rows = new ArrayList<>(Copies.rows(first));
        rows.addAll(Copies.rows(second));
        assertThat(run.failures()).isEmpty();
        assertThat(run.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Copies.documents(DOCUMENTS)
                        .map(document -> document.get("_id").getAsString() + "=" + document.get("value"))
                        .toList());
        assertThat(migrator.build().verify().outcome()).isEqualTo(Outcome.COMPLETE);
    }

    private static DataSource counting(TestDatabase database, AtomicInteger deletions) {
        FaultyDataSource counted = FaultyDataSource.around(database.dataSource());
        counted.script(
                JdbcFault.error("42501").on(JdbcStep.statements("delete from").and(step -> {
                    deletions.incrementAndGet();
                    return false;
                })));
        return counted;
    }

    /** Sends each document to the database of its number's remainder, or of that of a number that is higher by so much. */
    private static Migration routed(int by) {
        return Migration.builder("routed")
                .stage(DocumentStage.<DocumentRow>builder("shop")
                        .definition(1 + by)
                        .text()
                        .transform((document, context) ->
                                List.of(new DocumentRow(document.id(), document.rev(), document.json())))
                        .owns(OwnedTable.<DocumentRow>named(TableName.of("shop"))
                                .id("id", DocumentRow::id)
                                .rev("rev", DocumentRow::rev)
                                .column("doc", "jsonb", DocumentRow::doc)
                                .routerOfId((id, shards) -> (Integer.parseInt(id.substring(1)) + by) % shards)
                                .build())
                        .build())
                .build();
    }

    private Result run(Path directory, TestDatabase even, TestDatabase odd) {
        return migrator(Copies.migration(), directory, even, odd).build().run();
    }

    private Migrator.Builder migrator(Migration migration, Path directory, TestDatabase even, TestDatabase odd) {
        return Copies.migrator(migration, couch, main, directory).shards(shards(even.dataSource(), odd.dataSource()));
    }

    private static ShardMap shards(DataSource even, DataSource odd) {
        return ShardMap.builder().shards(0, 0, even).shards(1, 1, odd).build();
    }
}
