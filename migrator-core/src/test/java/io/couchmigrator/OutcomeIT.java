// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.ds.PGSimpleDataSource;

/** What a run says of its end, when it is stopped, refused or resumed at awkward moments. */
@ExtendWith(MigratorExtension.class)
final class OutcomeIT {
    @TempDir
    private Path logs;

    record Row(String key) {}

    private static final String TABLES = "create table src(id serial primary key, v text);"
            + " create table dst(id serial, k text unique not null, w text);"
            + " create table st(slug text unique, at timestamptz)";

    private static TableStage<Row> table() {
        return TableStage.<Row>builder("src")
                .columns("v")
                .transform((row, context) -> List.of(new Row("k" + row.id())))
                .upsert(Upsert.<Row>into("dst").key("k", Row::key).build())
                .build();
    }

    private Migrator.Builder migrator(Migration migration, CouchDouble couch, TestDatabase database) {
        return Migrator.builder(migration)
                .source(CouchServer.builder(couch.url()).build())
                .target(database.dataSource())
                .workers(1)
                .logDirectory(logs);
    }

    @Test
    void isCompleteJustIfCompletionIsRecordedHoweverLateItIsStopped(CouchDouble couch, TestDatabase database)
            throws Exception {
        database.execute(TABLES + "; insert into src(v) select 'x' from generate_series(1,5)");
        Migration migration = Migration.builder("m")
                .stage(table())
                .completion(new CompletionTable("st", "slug", "at"))
                .build();
        Stoppable self = new Stoppable();
        Migrator migrator = migrator(migration, couch, database)
                .listener(new Listener() {
                    @Override
                    public void stageFinished(String stage, long rejected, Path rejects) {
                        self.stop();
                    }
                })
                .build();
        Result result = self.run(migrator);
        boolean complete = result.outcome() == Outcome.COMPLETE;
        assertThat(result.outcome()).isIn(Outcome.COMPLETE, Outcome.STOPPED);
        assertThat(database.query("select slug from st")).isEqualTo(complete ? List.of("m") : List.of());
    }

    @Test
    void returnsWhenStoppedWhileTheDirectoryIsInUseAndTheSourceAway(CouchDouble couch, TestDatabase database)
            throws Exception {
        database.execute(TABLES + "; insert into src(v) select 'x' from generate_series(1,5)");
        Migration migration = Migration.builder("m")
                .stage(table())
                .stage(DocumentStage.<Row>builder("gone")
                        .transform((d, c) -> List.of())
                        .upsert(Upsert.<Row>into("dst").key("k", Row::key).build())
                        .build())
                .build();
        couch.create("gone");
        AtomicReference<Object> seen = new AtomicReference<>("nothing");
        Migrator holder = migrator(migration, couch, database)
                .listener(new Listener() {
                    @Override
                    public void stageStarted(Progress progress, Path log) {
                        seen.set(runAndStopWhileWaiting(migration, database));
                    }
                })
                .build();
        holder.run();
        assertThat(seen.get()).isEqualTo(Outcome.STOPPED);
    }

    /** What comes after the first fault must not hide it, even a bug of the embedding program. */
    @Test
    void tellsOfItsDirectoryAlsoWhereTheLookAtTheServersBreaks(CouchDouble couch) throws Exception {
        Migrator migrator = Migrator.builder(
                        Migration.builder("m").stage(table()).build())
                .source(CouchServer.builder(couch.url()).build())
                .target(breaking())
                .logDirectory(Files.createFile(logs.resolve("no-directory")))
                .build();

        assertThatThrownBy(migrator::run)
                .isInstanceOf(StackOverflowError.class)
                .hasMessage("of the pool")
                .satisfies(thrown ->
                        assertThat(thrown.getSuppressed()).hasAtLeastOneElementOfType(LogDirectoryException.class));
    }

    private static DataSource breaking() {
        return new PGSimpleDataSource() {
            private static final long serialVersionUID = 1L;

            @Override
            public Connection getConnection() {
                throw new StackOverflowError("of the pool");
            }
        };
    }

    @Test
    void goesOnPastDocumentsThatWereAllRefusedBefore(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("create table dst(id serial, k text unique not null, w text check (w <> 'bad'))");
        couch.create("docs");
        for (int i = 0; i < 10; i++) {
            put(couch, "d" + i, i == 3 || i == 7 ? "bad" : "good");
        }
        Migration migration = Migration.builder("m")
                .stage(DocumentStage.<Document>builder("docs")
                        .fields("w")
                        .transform((d, c) -> List.of(d))
                        .upsert(Upsert.<Document>into("dst")
                                .key("k", Document::id)
                                .text("w", d -> d.field("w").getAsString())
                                .build())
                        .build())
                .build();
        Result first = migrator(migration, couch, database).build().run();
        put(couch, "new", "good");
        Result second = migrator(migration, couch, database).build().run();
        assertThat(first.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(second.failures()).isEmpty();
        assertThat(database.query("select k from dst where k='new'")).containsExactly("new");
    }

    @Test
    void missesNoRowThatCameBeforeATableIsResumedAtItsEnd(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(TABLES + "; insert into src(v) select 'x' from generate_series(1,5)");
        Migration migration = Migration.builder("m")
                .stage(table())
                .completion(new CompletionTable("st", "slug", "at"))
                .build();
        Stoppable self = new Stoppable();
        Migrator migrator = migrator(migration, couch, database)
                .listener(new Listener() {
                    @Override
                    public void stageRead(Progress progress) {
                        self.stop();
                    }
                })
                .build();
        assertThat(self.run(migrator).outcome()).isEqualTo(Outcome.STOPPED);
        database.execute("insert into src(v) select 'x' from generate_series(1,15000)");
        Result second = migrator(migration, couch, database).build().run();
        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select count(*) from dst")).containsExactly("15005");
    }

    @Test
    void updatesATableOfNothingButKeys(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(TABLES + "; insert into src(v) select 'x' from generate_series(1,5)");
        TableStage<Row> stage = TableStage.<Row>builder("src")
                .transform((row, context) -> List.of(new Row("k" + row.id())))
                .upsert(Upsert.<Row>into("dst")
                        .key("k", Row::key)
                        .onConflict(ConflictRule.UPDATE)
                        .build())
                .build();
        Result result = migrator(Migration.builder("m").stage(stage).build(), couch, database)
                .build()
                .run();
        assertThat(result.failures()).isEmpty();
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
    }

    @Test
    void countsAllStagesWhenStoppedWhileTheFirstIsPlanned(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(TABLES + "; insert into src(v) select 'x' from generate_series(1,5)");
        couch.create("docs");
        for (int i = 0; i < 10; i++) {
            put(couch, "d" + i, "good");
        }
        couch.script(Fault.status(503).on(Requests.changes()));
        Migration migration = Migration.builder("m")
                .stage(DocumentStage.<Row>builder("docs")
                        .transform((d, c) -> List.of())
                        .upsert(Upsert.<Row>into("dst").key("k", Row::key).build())
                        .build())
                .stage(table())
                .build();
        Stoppable self = new Stoppable();
        Migrator migrator = migrator(migration, couch, database)
                .listener(new Listener() {
                    @Override
                    public void retrying(Wait wait) {
                        self.stop();
                    }
                })
                .build();

        Result result = self.run(migrator);

        assertThat(result.outcome()).isEqualTo(Outcome.STOPPED);
        assertThat(result.done()).isZero();
        assertThat(result.total()).isEqualTo(15);
        // Which signal stopped it, and so the exit status, is not known here.
        assertThat(logs.resolve("m.history.jsonl"))
                .content()
                .contains("\"event\":\"run ended\",\"outcome\":\"STOPPED\"")
                .doesNotContain("\"exit\"");
    }

    @Test
    void refusesRejectsThatCannotBeReadWhenItChecksAsWhenItRuns(CouchDouble couch, TestDatabase database)
            throws Exception {
        database.execute(TABLES);
        Files.writeString(logs.resolve("m.rejects.jsonl"), "garbled\n");
        Migration migration = Migration.builder("m").stage(table()).build();
        String refusal = "is no event of a reject";

        assertThat(migrator(migration, couch, database).build().check().faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault).hasMessageContaining(refusal));
        assertThat(migrator(migration, couch, database).build().run().failures())
                .singleElement()
                .satisfies(fault -> assertThat(fault).hasMessageContaining(refusal));
        assertThat(migrator(migration, couch, database)
                        .startOver(true)
                        .build()
                        .check()
                        .faults())
                .isEmpty();
    }

    /** No run could take it by its id, or resolve it: the one would end as a bug each time, the other with 5 for ever. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
            {"event":"missing","stage":"src","doc_id":"abc","rev":""}               | has a text as an id of stage "src": expected a number
            {"event":"rejected","stage":"src","doc_id":"7","code":"wrong"}          | has a text as an id of stage "src": expected a number
            {"event":"rejected","stage":"gone","doc_id":7,"code":"wrong"}           | is of stage "gone": expected one of src
            """, delimiter = '|')
    void refusesARejectThatNoStageCanHave(String line, String refusal, CouchDouble couch, TestDatabase database)
            throws Exception {
        database.execute(TABLES);
        Migration migration = Migration.builder("m").stage(table()).build();
        assertThat(migrator(migration, couch, database).build().run().outcome()).isEqualTo(Outcome.COMPLETE);
        Path rejects = logs.resolve("m.rejects.jsonl");
        Files.writeString(
                rejects, "{\"event\":\"missing\",\"stage\":\"src\",\"doc_id\":5,\"rev\":\"\"}\n" + line + "\n");

        Result result = migrator(migration, couch, database).build().run();

        assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(result.failures()).singleElement().satisfies(fault -> assertThat(fault)
                .hasMessageStartingWith("line 2 of \"" + rejects + "\" " + refusal)
                .hasMessageContaining(": restore the file from a copy, or start over with startOver(true) "));
        assertThat(migrator(migration, couch, database).build().check().faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault).hasMessageContaining(refusal));
    }

    /** An empty file tells of no reject, as one does in which all are resolved. */
    @Test
    void refusesAFileOfRejectsThatLacksSomeWhichWereOutstanding(CouchDouble couch, TestDatabase database)
            throws Exception {
        database.execute(TABLES + "; insert into src(v) select 'x' from generate_series(1,5)");
        Stage<?, ?> stage = TableStage.<Row>builder("src")
                .transform((row, context) -> {
                    throw new RejectException("wrong", "is wrong");
                })
                .upsert(Upsert.<Row>into("dst").key("k", Row::key).build())
                .build();
        Migration migration = Migration.builder("m").stage(stage).build();
        assertThat(migrator(migration, couch, database).build().run().outstanding())
                .isEqualTo(5);
        Path rejects = logs.resolve("m.rejects.jsonl");
        List<String> lines = Files.readAllLines(rejects);

        for (int left : List.of(0, 4)) {
            Files.write(rejects, lines.subList(0, left));
            String refusal =
                    "is cut, or another one: it never told what the offset file knows of it (outstanding rejects: 5)";

            assertThat(migrator(migration, couch, database).build().check().faults())
                    .singleElement()
                    .satisfies(fault -> assertThat(fault).hasMessageContaining(refusal));
            Result result = migrator(migration, couch, database).build().run();

            assertThat(result.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
            assertThat(result.failures()).singleElement().satisfies(fault -> assertThat(fault)
                    .hasMessageContaining(refusal));
        }
    }

    /** Rows that were written before are in the former table, and nobody would ever look there. */
    @Test
    void endsWhereATableIsReplacedWhileItIsWritten(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute(TABLES + "; insert into src(v) select 'x' from generate_series(1,500)");
        Migration migration = Migration.builder("m").stage(table()).build();
        AtomicBoolean replaced = new AtomicBoolean();
        Listener replacing = new Listener() {
            @Override
            public void progressed(Progress progress) {
                if (!replaced.getAndSet(true)) {
                    replace(database);
                }
            }
        };

        Result first = migrator(migration, couch, database)
                .chunkSize(100)
                .listener(replacing)
                .build()
                .run();
        Result second = migrator(migration, couch, database).build().run();
        Result third =
                migrator(migration, couch, database).startOver(true).build().run();

        assertThat(first.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(first.failures()).singleElement().satisfies(fault -> assertThat(fault)
                .hasMessageContaining("table \"dst\" was replaced while rows were written into it: seen oid "));
        assertThat(second.outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
        assertThat(third.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select count(*) from dst")).containsExactly("500");
    }

    private static void replace(TestDatabase database) {
        try {
            database.execute("alter table dst rename to former; create table dst (like former including all)");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private Outcome runAndStopWhileWaiting(Migration migration, TestDatabase database) {
        Stoppable self = new Stoppable();
        Migrator second = Migrator.builder(migration)
                .source(CouchServer.builder("http://127.0.0.1:1").build())
                .target(database.dataSource())
                .workers(1)
                .logDirectory(logs)
                .listener(new Listener() {
                    @Override
                    public void retrying(Wait wait) {
                        self.stop();
                    }
                })
                .build();
        return self.run(second).outcome();
    }

    private static void put(CouchDouble couch, String id, String w) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        document.addProperty("w", w);
        couch.database("docs").put(document);
    }
}
