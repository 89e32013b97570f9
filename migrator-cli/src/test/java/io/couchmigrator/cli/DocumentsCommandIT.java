// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.cli.Operator.Ended;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code migrator run documents}, as an operator types it. */
@ExtendWith(MigratorExtension.class)
final class DocumentsCommandIT {
    @TempDir
    private Path directory;

    private CouchDouble couch;
    private TestDatabase database;
    private Path logs;

    @BeforeEach
    void nameServers(CouchDouble couch, TestDatabase database) {
        this.couch = couch;
        this.database = database;
        this.logs = directory.resolve("logs");
    }

    @Test
    void writesTheDocumentsOfOneDatabaseIntoTheTableOfThatName() throws Exception {
        couch("orders", "a", "b");

        Ended ended = types("run", "--couch-db=orders");

        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(ended.console())
                .contains("Documents of orders go to table documents.\n", "documents is complete: 2 rows written, ");
        assertThat(database.query("select id || ' ' || (doc ->> 'of') from documents order by id"))
                .containsExactly("a orders", "b orders");
    }

    @Test
    void writesThoseOfSeveralIntoTablesOfTheirNames() throws Exception {
        couch("orders", "a");
        couch("in/voices", "a");
        couch("customers", "a");
        String[] databases = {"--couch-db=orders", "--couch-db=in/voices", "--couch-db=customers"};

        Ended checked = types("check", databases);
        Ended ended = types("run", databases);
        Ended verified = types("verify", databases);

        assertThat(checked.status()).as(checked.console()).isZero();
        assertThat(checked.console()).contains("documents can run: 3 documents in 3 stages.");
        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(verified.status()).as(verified.console()).isZero();
        assertThat(database.query("select doc ->> 'of' from orders")).containsExactly("orders");
        assertThat(database.query("select doc ->> 'of' from \"in/voices\"")).containsExactly("in/voices");
        assertThat(database.query("select doc ->> 'of' from customers")).containsExactly("customers");
    }

    @Test
    void writesThemIntoTheTableThatIsNamed() throws Exception {
        database.execute("create schema archive");
        couch("orders", "a");

        Ended ended = types("run", "--couch-db=orders", "--table=archive.\"orders.2018\"");

        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(database.query("select id from archive.\"orders.2018\"")).containsExactly("a");
    }

    @Test
    void deletesTheRowsOfDocumentsThatAreDeletedUnlessTheyAreToBeKept() throws Exception {
        CouchDatabase orders = couch("orders", "a", "b");
        types("run", "--couch-db=orders");
        Path other = directory.resolve("kept");
        runs(other, "--couch-db=orders", "--table=kept", "--deletions=keep");

        orders.delete("a");
        Ended deleted = types("run", "--couch-db=orders");
        Ended kept = runs(other, "--couch-db=orders", "--table=kept", "--deletions=keep");

        assertThat(deleted.status()).as(deleted.console()).isZero();
        assertThat(deleted.console())
                .contains(
                        "Caught up: 1 change, 0 rows, 1 deleted.\n",
                        "documents is complete: 0 rows written, 0 already there, 1 deleted, 0 rejected, ");
        assertThat(logs.resolve("documents.history.jsonl")).content().contains("\"already_there\":0,\"deleted\":1,");
        assertThat(kept.status()).as(kept.console()).isZero();
        assertThat(kept.console()).doesNotContain(" 1 deleted");
        assertThat(database.query("select id from documents")).containsExactly("b");
        assertThat(database.query("select id from kept order by id")).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--ids", "--counts"})
    void verifiesLessWhereThatIsAskedForAndSaysHowToVerifyAll(String depth) throws Exception {
        couch("orders", "a", "b");
        types("run", "--couch-db=orders");

        Ended right = types("verify", "--couch-db=orders", depth);
        database.execute(
                "delete from documents where id = 'a'; insert into documents values ('x', '1-x', '{}'), ('y', '1-x', '{}')");
        Ended found = types("verify", "--couch-db=orders", depth);
        Ended run = types("run", "--couch-db=orders");
        Ended whole = types("verify", "--couch-db=orders");

        assertThat(right.status()).as(right.console()).isEqualTo(10);
        assertThat(right.console())
                .contains("documents is right as far as it was compared: 2 rows", "To compare all that the rows hold:")
                .doesNotContain(" " + depth + "\n");
        assertThat(found.status()).as(found.console()).isEqualTo(7);
        assertThat(found.console()).contains("orders: 1 missing, 2 extra.\n").doesNotContain(" " + depth + "\n");
        assertThat(run.status()).as(run.console()).isZero();
        assertThat(whole.status()).as(whole.console()).isZero();
    }

    @Test
    void namesTheVerificationThatAloneEndsWhatWasFoundMissingOnceMore() throws Exception {
        couch("orders", "a", "b");
        types("run", "--couch-db=orders");

        Ended ended = new Ended(0, "");
        for (int time = 0; time < 2; time++) {
            database.execute("delete from documents where id = 'a'");
            types("verify", "--couch-db=orders", "--counts");
            ended = types("run", "--couch-db=orders");
        }
        Ended verified = types("verify", "--couch-db=orders");
        Ended last = types("run", "--couch-db=orders");

        assertThat(ended.status()).as(ended.console()).isEqualTo(5);
        assertThat(ended.console())
                .endsWith("    migrator verify documents --log-dir=%s --couch-db=orders\n".formatted(logs));
        assertThat(logs.resolve("documents.rejects.jsonl"))
                .content()
                .contains("\"reason\":\"a run had written it since the same was found before: ");
        assertThat(verified.status()).as(verified.console()).isZero();
        assertThat(last.status()).as(last.console()).isZero();
    }

    @Test
    void refusesDepthsWhereNothingIsComparedByThem() {
        Ended both = types("verify", "--couch-db=orders", "--ids", "--counts");
        Ended run = types("run", "--couch-db=orders", "--ids");

        assertThat(both.status()).isEqualTo(2);
        assertThat(both.console()).contains("--counts and --ids are given: give one");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.console()).contains("--ids is no option of run");
    }

    @Test
    void rejectsDocumentsWithNulUnlessItIsToBeReplaced() throws Exception {
        JsonObject document = new JsonObject();
        document.addProperty("_id", "a");
        document.addProperty("of", "x\0y");
        couch("orders").put(document);

        Ended rejected = types("run", "--couch-db=orders");
        Ended replaced = runs(directory.resolve("other"), "--couch-db=orders", "--table=replaced", "--nul=replace");

        assertThat(rejected.status()).as(rejected.console()).isEqualTo(5);
        assertThat(database.query("select id from documents")).isEmpty();
        assertThat(replaced.status()).as(replaced.console()).isZero();
        assertThat(replaced.console()).contains("1 nul-replaced, see ");
        assertThat(database.query("select doc ->> 'of' from replaced")).containsExactly("x\ufffdy");
    }

    @Test
    void takesATableThatHasRowsOnlyWhereThatIsSaidAndDoesNotAskForItAgain() throws Exception {
        database.execute(
                "create table documents (id text collate \"C\" primary key, rev text not null, doc jsonb not null);"
                        + "insert into documents values ('other', '1-x', '{}')");
        JsonObject rejected = new JsonObject();
        rejected.addProperty("_id", "b");
        rejected.addProperty("of", "\0");
        couch("orders", "a").put(rejected);

        Ended refused = types("run", "--couch-db=orders");
        Ended taken = types("run", "--couch-db=orders", "--adopt");
        couch.database("orders").delete("b");
        Ended ended = types("run", "--couch-db=orders");

        assertThat(refused.status()).as(refused.console()).isEqualTo(4);
        assertThat(refused.console())
                .contains(
                        "name another table, or, only if the rows in it may be lost, let it have this one by `migrator run` with --adopt");
        assertThat(taken.status()).as(taken.console()).isEqualTo(5);
        assertThat(taken.console())
                .endsWith("    migrator run documents --log-dir=%s --couch-db=orders\n".formatted(logs));
        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(database.query("select id from documents")).containsExactly("a");
    }

    @Test
    void tellsWhoseRowsAreLostWhereATableIsTakenFromAnother() throws Exception {
        couch("orders", "a");
        couch("invoices", "a");
        types("run", "--couch-db=orders");

        Ended refused = runs(directory.resolve("other"), "--couch-db=invoices");

        assertThat(refused.status()).as(refused.console()).isEqualTo(4);
        assertThat(refused.console())
                .containsPattern(
                        "name another table, or, only if the rows of CouchDB database orders created at \\d+ in it may be lost, let this one have it by `migrator run` with --adopt, which deletes them");
    }

    @Test
    void keepsTheRowsOfDeletedDocumentsFromThenOnAndUntilTheyAreGivenUp() throws Exception {
        CouchDatabase orders = couch("orders", "a", "b", "c");
        types("run", "--couch-db=orders");
        orders.delete("a");

        Ended kept = types("run", "--couch-db=orders", "--deletions=keep");
        List<String> rows = database.query("select id from documents order by id");
        Ended forgotten = types("run", "--couch-db=orders");
        Ended adopted = types("run", "--couch-db=orders", "--adopt");
        Ended elsewhere = runs(directory.resolve("other"), "--couch-db=orders");
        Ended verified = types("verify", "--couch-db=orders");
        List<String> after = database.query("select id from documents order by id");
        Ended given = types("run", "--couch-db=orders", "--deletions=delete");

        assertThat(kept.status()).as(kept.console()).isZero();
        assertThat(rows).containsExactly("a", "b", "c");
        assertThat(List.of(forgotten, adopted, elsewhere, verified)).allSatisfy(refused -> {
            assertThat(refused.status()).as(refused.console()).isEqualTo(4);
            assertThat(refused.console())
                    .contains(
                            "seen no --deletions=keep, without which they are deleted: give it, as the last run did, or have them deleted by `migrator run` with --deletions=delete");
        });
        assertThat(after).isEqualTo(rows);
        assertThat(given.status()).as(given.console()).isZero();
        assertThat(given.console()).contains("the rows of deleted documents, which its table kept, are deleted");
        assertThat(database.query("select id from documents order by id")).containsExactly("b", "c");
    }

    @Test
    void saysWhichOptionsDecideAboutRowsWhereOneIsAnotherThanBefore() {
        couch("orders", "a");
        types("run", "--couch-db=orders", "--nul=replace");

        Ended checked = types("check", "--couch-db=orders");
        Ended refused = types("run", "--couch-db=orders");
        Ended stands = types("status");
        Ended reread = types("run", "--couch-db=orders", "--reread");

        assertThat(checked.status()).as(checked.console()).isEqualTo(6);
        assertThat(refused.status()).as(refused.console()).isEqualTo(6);
        assertThat(refused.console())
                .contains("such as --nul=replace, is another than in the run that wrote the file", "--reread")
                .doesNotContain("rows stay");
        assertThat(List.of(checked, refused, stands)).allSatisfy(ended -> assertThat(ended.console())
                .containsPattern("made\\s+other\\s+rows\\s+than\\s+this\\s+one\\s+would")
                .containsPattern("with\\s+--reread\\s+unless\\s+you\\s+do\\s+as\\s+the\\s+run\\s+did")
                .containsPattern("\n    migrator .*documents.* --reread\n"));
        assertThat(reread.status()).as(reread.console()).isZero();
    }

    @Test
    void namesInItsStatusWhatDecidedAboutTheRowsOfTheLatestRun() {
        couch("orders", "a");
        Ended given = types("run", "--couch-db=orders", "--table=kept", "--nul=replace", "--deletions=keep");
        Ended complete = types("status");
        Ended refused = types("run", "--couch-db=orders", "--deletions=delete");
        Ended failed = types("status");

        assertThat(given.status()).as(given.console()).isZero();
        assertThat(complete.console())
                .containsPattern(
                        "\n    migrator verify documents .* --table=kept --deletions=keep --nul=replace .*\n$");
        assertThat(refused.status()).as(refused.console()).isEqualTo(6);
        assertThat(failed.console())
                .containsPattern("\n    migrator run documents .* --table=kept --deletions=delete .* --reread\n$");
    }

    @Test
    void namesTheRunThatLetsAVerificationGoOnWhereAnOptionIsAnotherThanBefore() {
        couch("orders", "a");
        types("run", "--couch-db=orders");

        Ended refused = types("verify", "--couch-db=orders", "--nul=replace");
        Ended run = types("run", "--couch-db=orders", "--nul=replace", "--reread");
        Ended verified = types("verify", "--couch-db=orders", "--nul=replace");

        assertThat(refused.status()).as(refused.console()).isEqualTo(6);
        assertThat(refused.console()).endsWith("""
                            migrator run documents --log-dir=%1$s --couch-db=orders --nul=replace --reread
                        Then verify again:
                            migrator verify documents --log-dir=%1$s --couch-db=orders --nul=replace
                        """.formatted(logs));
        assertThat(run.status()).as(run.console()).isZero();
        assertThat(verified.status()).as(verified.console()).isZero();
    }

    @Test
    void saysThatTheThrottleFilePausesTheNextRunWhereItPausedThisOne() throws Exception {
        couch("orders", "a");
        Path throttle = Files.writeString(Files.createDirectories(logs).resolve("documents.throttle"), "pause");

        Ended paused = types("run", "--couch-db=orders", "--max-duration=2s");
        Files.delete(throttle);
        Ended ended = types("run", "--couch-db=orders", "--max-duration=2m");

        assertThat(paused.status()).as(paused.console()).isEqualTo(8);
        assertThat(paused.console())
                .containsSubsequence(
                        "The next run begins with a pause: its throttle file says so. To delete it:\n    rm " + throttle
                                + "\n",
                        "To go on, run the same command again:\n");
        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(ended.console()).doesNotContain("throttle");
    }

    @Test
    void goesOnInTheTableOfADatabaseWhoeverIsNamedBesideIt() throws Exception {
        CouchDatabase orders = couch("orders", "a");
        CouchDatabase invoices = couch("invoices", "a");
        types("run", "--couch-db=orders");

        Ended both = types("run", "--couch-db=orders", "--couch-db=invoices");
        orders.delete("a");
        Ended first = types("run", "--couch-db=orders");
        invoices.delete("a");
        Ended second = types("run", "--couch-db=invoices");

        assertThat(both.status()).as(both.console()).isZero();
        assertThat(both.console())
                .contains(
                        "Documents of orders go to table documents.\nDocuments of invoices go to table invoices.\n",
                        "documents is complete: 1 row written, ");
        assertThat(first.status()).as(first.console()).isZero();
        assertThat(second.status()).as(second.console()).isZero();
        assertThat(second.console()).contains("Documents of invoices go to table invoices.\n");
        assertThat(database.query("select id from documents union all select id from invoices"))
                .isEmpty();
        assertThat(database.query("select to_regclass('orders') is null")).containsExactly("t");
    }

    @Test
    void takesUpADatabaseThatIsNamedLater() throws Exception {
        couch("orders", "a");
        couch("invoices", "a");
        couch("customers", "a");
        types("run", "--couch-db=orders", "--couch-db=invoices");

        Ended ended = types("run", "--couch-db=customers", "--couch-db=orders", "--couch-db=invoices");

        assertThat(ended.status()).as(ended.console()).isZero();
        assertThat(ended.console()).contains("documents is complete: 1 row written, ");
        assertThat(database.query("select id from customers")).containsExactly("a");
    }

    @Test
    void tellsBeforehandEachDatabaseThatItCannotRead() throws Exception {
        couch("orders", "a");
        couch.create("invoices");
        couch.create("customers");
        couch.script(Fault.status(401).on(Requests.database("invoices")));
        couch.script(Fault.status(403).on(Requests.database("customers")));

        Ended ended =
                types("run", "--couch-db=orders", "--couch-db=invoices", "--couch-db=customers", "--couch-db=stock");

        assertThat(ended.status()).as(ended.console()).isEqualTo(3);
        assertThat(ended.console().lines().filter(line -> line.startsWith("Error: ")))
                .satisfiesExactly(
                        refused -> assertThat(refused).contains("\"invoices\"", "401"),
                        forbidden -> assertThat(forbidden).contains("\"customers\"", "403"),
                        missing -> assertThat(missing).contains("\"stock\"", "404"));
        assertThat(database.query("select to_regclass('orders') is null")).containsExactly("t");
    }

    @Test
    void tellsThatADatabaseIsNotThereAndNotHowToTakeTheTableOfAnother() throws Exception {
        couch("orders", "a");
        types("run", "--couch-db=orders");

        Ended ended = runs(directory.resolve("other"), "--couch-db=ordres");

        assertThat(ended.status()).as(ended.console()).isEqualTo(3);
        assertThat(ended.console().lines().filter(line -> line.startsWith("Error: ")))
                .singleElement()
                .asString()
                .contains("\"ordres\"", "404");
        assertThat(ended.console()).doesNotContain("adopt");
    }

    @Test
    void refusesWhatCannotBeATableBeforeAnythingIsAsked() {
        Ended ended = types("run", "--couch-db=orders", "--couch-db=" + "a".repeat(64));

        assertThat(ended.status()).isEqualTo(2);
        assertThat(ended.console()).contains("at most 63 bytes");
        assertThat(couch.requests()).isEmpty();
        assertThat(logs).doesNotExist();
    }

    private Ended types(String command, String... options) {
        List<String> words = new ArrayList<>(List.of(command, "documents", "--log-dir=" + logs));
        words.addAll(List.of(options));
        return types(words);
    }

    private Ended runs(Path elsewhere, String... options) {
        List<String> words = new ArrayList<>(List.of("run", "documents", "--log-dir=" + elsewhere));
        words.addAll(List.of(options));
        return types(words);
    }

    private Ended types(List<String> words) {
        return Terminal.types(couch, database, words);
    }

    private CouchDatabase couch(String name, String... ids) {
        CouchDatabase created = couch.create(name);
        for (String id : ids) {
            JsonObject document = new JsonObject();
            document.addProperty("_id", id);
            document.addProperty("of", name);
            created.put(document);
        }
        return created;
    }
}
