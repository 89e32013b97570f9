// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.TableName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is set for the migration {@code documents} alone. */
final class DocumentsSettingsTest {
    private final Faults faults = new Faults();

    @TempDir
    private Path directory;

    @Test
    void putTheDocumentsOfOneDatabaseIntoTheTableOfThatName() {
        Settings settings = read("--couch-db=orders");

        assertThat(settings.documents().tables()).containsExactly(Map.entry("orders", TableName.of("documents")));
        assertThat(settings.documents().keepsDeleted()).isFalse();
        assertThat(settings.documents().replaceNul()).isFalse();
        assertThat(settings.lines()).containsExactly("Documents of orders go to table documents.");
    }

    @Test
    void takeAnotherTableForOneDatabase() {
        Settings settings =
                read("--couch-db=orders", "--table=archive.\"orders.2018\"", "--deletions=keep", "--nul=replace");

        assertThat(settings.documents().tables())
                .containsExactly(Map.entry("orders", TableName.of("archive", "orders.2018")));
        assertThat(settings.documents().keepsDeleted()).isTrue();
        assertThat(settings.documents().replaceNul()).isTrue();
    }

    /** The default is not enough to delete what is nowhere else. */
    @Test
    void deleteRowsThatWereKeptOnlyWhereThatIsSaid() {
        assertThat(read("--couch-db=orders").documents().deletesKept()).isFalse();
        assertThat(read("--couch-db=orders", "--deletions=keep").documents().deletesKept())
                .isFalse();
        assertThat(read("--couch-db=orders", "--deletions=delete").documents().deletesKept())
                .isTrue();
    }

    @Test
    void nameTheTablesOfSeveralDatabasesAfterThem() {
        Settings settings = read("--couch-db=orders", "--couch-db=a/b+c-$()", "--couch-db=invoices");

        assertThat(settings.documents().tables())
                .containsExactly(
                        Map.entry("orders", TableName.of("orders")),
                        Map.entry("a/b+c-$()", TableName.of("a/b+c-$()")),
                        Map.entry("invoices", TableName.of("invoices")));
    }

    @Test
    void keepTheTablesIntoWhichDatabasesWentBefore() throws IOException {
        wrote("orders", "documents", "invoices", "archive.invoices");

        assertThat(read("--couch-db=orders", "--couch-db=invoices", "--couch-db=stock")
                        .documents()
                        .tables())
                .containsExactly(
                        Map.entry("orders", TableName.of("documents")),
                        Map.entry("invoices", TableName.of("archive", "invoices")),
                        Map.entry("stock", TableName.of("stock")));
        assertThat(read("--couch-db=invoices").lines())
                .containsExactly("Documents of invoices go to table archive.invoices.");
        assertThat(read("--couch-db=stock").lines()).containsExactly("Documents of stock go to table stock.");
        assertThat(read("--couch-db=orders", "--table=other").lines())
                .containsExactly("Documents of orders go to table other.");
    }

    @Test
    void refuseADatabaseWhoseTableAnotherOneKeeps() throws IOException {
        wrote("orders", "documents", "invoices", "invoices");

        assertThat(faults("--couch-db=orders", "--couch-db=documents"))
                .singleElement()
                .asString()
                .startsWith(
                        "databases orders and documents would both go to table documents: migrate that database alone, ");
    }

    /** A run that is killed, or kept away, once it has started over has come to none, or to some of them. */
    @Test
    void keepTheTablesOfDatabasesToWhichNoRunHasComeSinceOneStartedOver() throws IOException {
        wrote("orders", "former", "invoices", "former_invoices");
        putAside("20181024T205839Z");
        wrote("orders", "documents", "customers", "archive.customers");
        putAside("20181024T205840Z");

        List<String> none = read("--couch-db=orders", "--couch-db=invoices").lines();
        wrote("orders", "orders", "stock", "stock");
        List<String> some = read("--couch-db=orders", "--couch-db=customers").lines();

        assertThat(none)
                .containsExactly(
                        "Documents of orders go to table documents.",
                        "Documents of invoices go to table former_invoices.");
        assertThat(some)
                .containsExactly(
                        "Documents of orders go to table orders.",
                        "Documents of customers go to table archive.customers.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{\"stages\": [{\"name\": \"orders\", \"claims\": []}]}"})
    void leaveAFileThatIsNotAsItShouldBeToTheRun(String offsets) throws IOException {
        Files.writeString(Files.createDirectory(directory.resolve("logs")).resolve("documents.offsets.json"), offsets);

        assertThat(read("--couch-db=orders").lines()).containsExactly("Documents of orders go to table documents.");
    }

    @Test
    void takeTheDatabasesFromTheFileUnlessTheCommandLineNamesAny() throws IOException {
        String config = "--config="
                + Files.writeString(directory.resolve("c.json"), "{\"couch-db\": [\"orders\", \"invoices\"]}");

        assertThat(read(config).databases()).containsExactly("orders", "invoices");
        assertThat(read(config, "--couch-db=other").databases()).containsExactly("other");
    }

    @Test
    void takeTablesAndReadAllAgainOnlyWhereThatIsSaid() {
        assertThat(read("--couch-db=orders").documents())
                .returns(false, DocumentsSettings::adopt)
                .returns(false, DocumentsSettings::reread);
        assertThat(read("--couch-db=orders", "--adopt", "--reread").documents())
                .returns(true, DocumentsSettings::adopt)
                .returns(true, DocumentsSettings::reread);
    }

    @Test
    void needADatabase() {
        assertThat(faults()).singleElement().asString().startsWith("--couch-db is missing: ");
    }

    @Test
    void refuseADatabaseThatIsNamedTwice() {
        assertThat(faults("--couch-db=orders", "--couch-db=orders"))
                .containsExactly("--couch-db names orders twice: leave one");
    }

    @Test
    void refuseOneTableForSeveralDatabases() {
        assertThat(faults("--couch-db=orders", "--couch-db=invoices", "--table=all"))
                .singleElement()
                .asString()
                .startsWith("--table names one table for 2 databases: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--table=", "--table=a.b.c", "--table=\"a", "--deletions=", "--deletions=Keep", "--nul=0"})
    void refuseAValueAndNameItsOption(String word) {
        assertThat(faults("--couch-db=orders", word))
                .singleElement()
                .asString()
                .startsWith(word.substring(0, word.indexOf('=')) + " is \"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\nb", "a\nb.c", "\"a\nb\".c"})
    void refuseANameThatNoMessageCouldShow(String table) {
        assertThat(faults("--couch-db=orders", "--table=" + table))
                .containsExactly("--table is \"" + table.replace("\n", "\\u000a")
                        + "\", which holds a control character: give a name without one");
    }

    @Test
    void refuseNamesThatPostgresWouldCutOff() {
        String longest = "a".repeat(63);

        assertThat(read("--couch-db=b", "--couch-db=" + longest).databases()).hasSize(2);
        assertThat(read("--couch-db=" + longest + "a").databases()).hasSize(1);
        assertThat(faults("--couch-db=b", "--couch-db=" + longest + "a"))
                .singleElement()
                .asString()
                .contains("\"" + longest + "a\"", "at most 63 bytes, this has 64", "alone, with --table=NAME");
        assertThat(faults("--couch-db=b", "--table=" + "ü".repeat(32)))
                .singleElement()
                .asString()
                .contains("this has 64", "choose another --table");
        assertThat(faults("--couch-db=b", "--table=" + longest + "a.b")).hasSize(1);
    }

    @Test
    void refuseNamesThatIndexesOrTheTableOfOwnersHave() {
        assertThat(faults("--couch-db=orders", "--couch-db=orders_pkey"))
                .singleElement()
                .asString()
                .startsWith("no table can be named \"orders_pkey\" beside \"orders\", whose index has that name: ");
        assertThat(faults("--couch-db=" + "a".repeat(60), "--couch-db=" + "a".repeat(58) + "_pkey"))
                .hasSize(1);
        assertThat(faults("--couch-db=couch_migrator_owner", "--couch-db=couch_migrator_owner_pkey"))
                .hasSize(2);
        assertThat(faults("--couch-db=orders", "--table=archive.couch_migrator_owner"))
                .singleElement()
                .asString()
                .startsWith("no table of documents can be named \"couch_migrator_owner\": ");
    }

    @Test
    void areNoOptionsOfAnotherMigration() throws IOException {
        String config = "--config=" + Files.writeString(directory.resolve("c.json"), "{\"table\": \"documents\"}");

        assertThat(faultsOf("migrate_metadata", "--table=a", "--deletions=delete", "--adopt", "--reread"))
                .containsExactly(
                        "--table is no option of migrate_metadata",
                        "--deletions is no option of migrate_metadata",
                        "--adopt is no option of migrate_metadata",
                        "--reread is no option of migrate_metadata");
        assertThat(faultsOf("migrate_metadata", config))
                .singleElement()
                .asString()
                .matches("table in .*c.json is no option of migrate_metadata");
        assertThat(faultsOf("migrate_metadata", "--couch-db=a", "--couch-db=b"))
                .containsExactly("--couch-db is given 2 times: give it once");
    }

    /** All of a document is moved, whatever somebody may want to read of it. */
    @Test
    void areReadWhole() throws IOException {
        assertThat(faults("--couch-db=orders", "--read=fields")).containsExactly("--read is no option of documents");
    }

    @Test
    void leaveTheDatabasesOfTablesToOtherMigrations() throws IOException {
        Path file = Files.writeString(directory.resolve("c.json"), "{\"sources\": {}}");

        assertThat(faults("--couch-db=orders", "--config=" + file))
                .contains("\"sources\" in the file of --config is no option of documents");
    }

    /** Leaves what a run saved of two databases that had tables. */
    private void wrote(String one, String itsTable, String other, String otherTable) throws IOException {
        Files.writeString(
                Files.createDirectories(directory.resolve("logs")).resolve("documents.offsets.json"), """
                {"format": 2, "requires": [], "migration": "documents", "saved": "2018-10-24T20:58:39Z",
                 "source": {"url": "http://couch:5984/", "uuid": null}, "outstanding_rejects": 0,
                 "target": {"system_identifier": null, "database": "hq", "database_oid": 7, "table_oids": {}},
                 "stages": [%s, %s, %s]}
                """.formatted(
                                stage(
                                        one,
                                        "\"claims\": [{\"table\": \"%s\", \"oid\": 16, \"ids\": [\"a\"]}],"
                                                .formatted(itsTable)),
                                stage(
                                        other,
                                        "\"claims\": [{\"table\": \"%s\", \"oid\": 17, \"ids\": [\"b\"]}],"
                                                .formatted(otherTable)),
                                stage("begun", "")));
    }

    private static String stage(String name, String claims) {
        String tallies =
                "{\"read\": 0, \"processed\": 0, \"filtered\": 0, \"rejected\": 0, \"written\": 0, \"already_there\": 0}";
        return """
                {"name": "%s", "definition": 1, "database": "%s", "instance_start_time": "1", %s
                 "phase": "reading", "sequence": "0", "total": 1, "planned": "2018-10-24T20:58:39Z", "completed": null,
                 "tallies_outside_ranges": %s,
                 "ranges": [{"from": null, "before": null, "after": null, "done": false, "tallies": %s}]}
                """.formatted(name, name, claims, tallies, tallies);
    }

    private void putAside(String stamp) throws IOException {
        Path logs = directory.resolve("logs");
        Files.move(
                logs.resolve("documents.offsets.json"), logs.resolve("documents.offsets.json.%s.bak".formatted(stamp)));
    }

    private Settings read(String... words) {
        return reader("documents", words).read().orElseThrow(() -> new AssertionError(faults.messages()));
    }

    private List<String> faults(String... words) {
        return faultsOf("documents", words);
    }

    private List<String> faultsOf(String slug, String... words) {
        int before = faults.messages().size();
        assertThat(reader(slug, words).read()).isEmpty();
        return faults.messages().subList(before, faults.messages().size());
    }

    private SettingsReader reader(String slug, String... words) {
        List<String> all = new ArrayList<>(List.of("run", slug, "--log-dir=" + directory.resolve("logs")));
        all.addAll(List.of(words));
        Map<String, String> environment = Map.of("COUCHDB_URL", "http://couch.example.org:5984/");
        return new SettingsReader(new ArgumentParser(faults).parse(all), environment, Migrations.named(slug), faults);
    }
}
