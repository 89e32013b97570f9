// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CouchServer.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

class SettingsReaderTest {
    private final List<String> words = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Faults faults = new Faults();

    @TempDir
    private Path directory;

    private Path logs;

    @BeforeEach
    void giveWhatIsRequired() {
        logs = directory.resolve("logs");
        words.addAll(List.of("run", "migrate_metadata", "--log-dir=" + logs));
        environment.put("COUCHDB_URL", "http://couch.example.org:5984/base");
    }

    @Test
    void hasDefaultsForAllButLogDirectoryAndServer() {
        Settings settings = read();

        assertThat(settings.logDirectory()).isEqualTo(logs).doesNotExist();
        assertThat(settings.chunkSize()).isEqualTo(1000);
        assertThat(settings.workers()).isEqualTo(4);
        assertThat(settings.databases()).containsExactly("commcarehq");
        assertThat(settings.maxOutage()).isEqualTo(Duration.ofMinutes(10));
        assertThat(settings.startOver()).isFalse();
        assertThat(settings.acceptNewSource()).isFalse();
        assertThat(settings.couch().url()).hasToString("http://couch.example.org:5984/base/");
        assertThat(settings.couch().user()).isEmpty();
        assertThat(settings.couch().readTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(settings.couch().reading()).isEqualTo(Reading.AUTO);
        assertThat(settings.couch().connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void takesCommandLineBeforeEnvironmentBeforeFileBeforeDefault() throws IOException {
        config("{\"couch-url\": \"http://file/\", \"couch-user\": \"file\", \"couch-password\": \"pw\", \"couch-db\":"
                + " \"file\", \"chunk-size\": 5, \"num-workers\": 2}");
        environment.put("COUCHDB_USER", "environment");
        words.add("--couch-url=http://words/");
        words.add("--num-workers=9");

        Settings settings = read();

        assertThat(settings.couch().url()).hasToString("http://words/");
        assertThat(settings.couch().user()).contains("environment");
        assertThat(settings.couch().password()).contains("pw");
        assertThat(settings.databases()).containsExactly("file");
        assertThat(settings.chunkSize()).isEqualTo(5);
        assertThat(settings.workers()).isEqualTo(9);
        assertThat(settings.maxOutage()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void takesALimitOfRejectsAsNumberOrPercentage() throws IOException {
        assertThat(read().maxRejects()).isEqualTo(MaxRejects.NONE);
        config("{\"max-rejects\": 12}");
        assertThat(read().maxRejects().count()).hasValue(12);
        words.add("--max-rejects=0.5%");
        assertThat(read().maxRejects().percent()).hasValue(0.5);
    }

    @ParameterizedTest
    @CsvSource({
        "--max-rejects=-1",
        "--max-rejects=many",
        "--max-rejects=99999999999999999999",
        "--max-rejects=101%",
        "--max-rejects=%",
        "--chunk-size=0",
        "--chunk-size=-5",
        "--chunk-size=many",
        "--chunk-size=1.5",
        "--chunk-size=",
        "--chunk-size=99999999999",
        "--num-workers=0",
        "--num-workers=65",
        "--max-outage=10",
        "--max-outage=9999999999h",
        "--read-timeout=0s",
        "--read-timeout=25d",
        "--connect-timeout=999999999d",
        "--max-outage=366d",
        "--max-duration=0s",
        "--max-duration=366d",
        "--connect-timeout=-1s",
        "--read=bodies",
        "--read=FIELDS",
        "--couch-db=Upper",
        "--couch-db=a?b"
    })
    void refusesAValueAndNamesItsOption(String word) {
        words.add(word);

        assertThat(faults()).singleElement().asString().startsWith(word.substring(0, word.indexOf('=')) + " is \"");
    }

    @Test
    void takesAWayOfReading() {
        words.add("--read=fields");

        assertThat(read().couch().reading()).isEqualTo(Reading.FIELDS);
    }

    @Test
    void saysWhatALimitOfRejectsLooksLike() {
        words.add("--max-rejects=many");

        assertThat(faults())
                .containsExactly(
                        "--max-rejects is \"many\": expected a whole number such as 100, or a percentage such as 0.5%");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--log-dir", "--config", "--couch-password-file"})
    void refusesWhatIsNoPath(String option) {
        words.removeIf(word -> word.startsWith(option + "="));
        words.addAll(List.of("--couch-user=admin", option + "=a\0b"));

        assertThat(faults()).contains(option + " is no path: Nul character not allowed");
    }

    @Test
    void refusesWhatIsNoUrlOfCouchDb() {
        environment.put("COUCHDB_URL", "ftp://couch/");

        assertThat(faults())
                .containsExactly(
                        "COUCHDB_URL: unexpected CouchDB URL: its scheme is neither http nor https: expected something like https://couch.example.org:6984/");
    }

    @Test
    void refusesTwoDepthsOfAVerification() {
        words.set(0, "verify");
        words.set(1, "documents");
        words.addAll(List.of("--couch-db=orders", "--counts", "--ids"));

        assertThat(faults())
                .containsExactly("--counts and --ids are given: give one, --ids finds all that --counts does");
    }

    @ParameterizedTest
    @CsvSource({"--output=csv, csv", "--output=xml, xml"})
    void refusesAFormThatARunDoesNotHave(String word, String form) {
        words.add(word);

        assertThat(faults()).containsExactly("--output is \"%s\": expected text or json".formatted(form));
    }

    @Test
    void refusesToTellLessAndMoreAtOnce() {
        words.addAll(List.of("--quiet", "--verbose"));

        assertThat(faults()).containsExactly("--quiet and --verbose ask for less and for more: give one of them");
    }

    @Test
    void tellsAllFaultsAtOnce() {
        words.clear();
        words.addAll(List.of("run", "migrate_metadata", "--chunk-size=0", "--max-outage=x"));
        environment.clear();
        environment.put("PGPORT", "none");
        environment.put("PGHOST", "/var/run/postgresql");
        environment.put("PGSSLMODE", "maybe");

        assertThat(faults())
                .satisfiesExactly(
                        fault -> assertThat(fault).startsWith("--log-dir is missing"),
                        fault -> assertThat(fault).startsWith("--chunk-size is \"0\""),
                        fault -> assertThat(fault).startsWith("--max-outage is \"x\""),
                        fault -> assertThat(fault).contains("no CouchDB server", "COUCHDB_URL"),
                        fault -> assertThat(fault).startsWith("PGHOST is \"/var/run/postgresql\", a Unix socket"),
                        fault -> assertThat(fault).startsWith("PGPORT is \"none\""),
                        fault -> assertThat(fault)
                                .isEqualTo(
                                        "PGSSLMODE is \"maybe\": expected disable, allow, prefer, require, verify-ca or verify-full"));
    }

    @Test
    void refusesALogDirectoryWithoutAName() {
        words.set(2, "--log-dir=");

        assertThat(faults()).containsExactly("--log-dir is empty: name a directory");
    }

    @Test
    void asksForNoPasswordInAJdbcUrlOfTheCommandLine() throws IOException {
        words.add("--jdbc-url=postgres");
        assertThat(faults())
                .singleElement()
                .asString()
                .endsWith(
                        "with the user, if any, as ?user=NAME, and the password elsewhere: in PGPASSWORD or ~/.pgpass");

        words.remove(words.size() - 1);
        config("{\"jdbc-url\": \"postgres\"}");
        assertThat(faults()).last().asString().contains("?user=NAME&password=PASSWORD");
    }

    @Test
    void refusesALogDirectoryThatIsAFileOrBelowOne() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        words.set(2, "--log-dir=" + file);
        assertThat(faults()).singleElement().asString().contains(file.toString(), "no directory");

        words.set(2, "--log-dir=" + file.resolve("below"));
        assertThat(faults()).last().asString().contains("cannot be created in " + file);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void refusesALogDirectoryThatCannotBeCreatedWhateverThePermissionsSay() {
        words.set(2, "--log-dir=/proc/migrator_test_logs");

        assertThat(faults()).singleElement().asString().contains("cannot be created in /proc");
    }

    @Test
    void takesCredentialsFromAUrlOfTheEnvironment() {
        environment.put("COUCHDB_URL", "http://admin:p%40ss@couch/");

        Settings settings = read();

        assertThat(settings.couch().user()).contains("admin");
        assertThat(settings.couch().password()).contains("p@ss");
        assertThat(settings.couch().url()).hasToString("http://couch/");
    }

    @Test
    void refusesPasswordsInUrlsOfTheCommandLine() {
        words.add("--couch-url=http://admin:hunter2@couch/");
        words.add("--jdbc-url=jdbc:postgresql://db/hq?user=hq&password=hunter2");

        assertThat(faults())
                .satisfiesExactly(
                        fault -> assertThat(fault)
                                .startsWith("--couch-url holds a password, which every user of this machine can read")
                                .endsWith("set COUCHDB_PASSWORD (or set COUCHDB_URL to the whole URL)"),
                        fault -> assertThat(fault)
                                .startsWith("--jdbc-url holds a password, which every user of this machine can read")
                                .endsWith("set PGPASSWORD, or use a ~/.pgpass file"))
                .allSatisfy(fault -> assertThat(fault).doesNotContain("hunter2"));
    }

    @Test
    void takesAUserFromTheCommandLineAndItsPasswordFromElsewhere() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "from file\nsecond line\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        words.add("--couch-user=admin");

        environment.put("COUCHDB_PASSWORD", "from environment");
        assertThat(read().couch().password()).contains("from environment");

        words.add("--couch-password-file=" + file);
        Settings settings = read();
        assertThat(settings.couch().password()).contains("from file");
        assertThat(settings.warnings()).isEmpty();
    }

    @Test
    void refusesHalfOfTheCredentials() {
        environment.put("COUCHDB_USER", "admin");
        assertThat(faults()).singleElement().asString().contains("no password", "\"admin\"", "COUCHDB_PASSWORD");

        environment.remove("COUCHDB_USER");
        environment.put("COUCHDB_PASSWORD", "hunter2");
        assertThat(faults())
                .last()
                .asString()
                .contains("no user", "COUCHDB_USER")
                .doesNotContain("hunter2");
    }

    @Test
    void refusesAPasswordFileThatIsEmptyOrNotThere() throws IOException {
        words.add("--couch-user=admin");
        words.add("--couch-password-file=" + directory.resolve("none"));
        assertThat(faults()).singleElement().asString().contains("cannot be read: there is no such file");

        Path empty = Files.writeString(directory.resolve("empty"), "\n");
        words.set(words.size() - 1, "--couch-password-file=" + empty);
        assertThat(faults()).last().asString().contains("whose first line is empty");
    }

    @Test
    void warnsOfAFileWithAPasswordThatOthersMayRead() throws IOException {
        Path file = config("{\"couch-user\": \"admin\", \"couch-password\": \"pw\"}");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(read().warnings())
                .containsExactly("%s holds a password and others may read it: chmod 600 %s".formatted(file, file));

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThat(read().warnings()).isEmpty();
    }

    @Test
    void takesPostgresFromTheVariablesOfLibpq() {
        environment.putAll(Map.of(
                "PGHOST", "db.example.org",
                "PGPORT", "6432",
                "PGDATABASE", "hq",
                "PGUSER", "alice",
                "PGPASSWORD", "secret",
                "PGSSLMODE", "verify-full",
                "PGSSLROOTCERT", "/etc/ca.pem"));

        PGSimpleDataSource target = target();

        assertThat(target.getServerNames()).containsExactly("db.example.org");
        assertThat(target.getPortNumbers()).containsExactly(6432);
        assertThat(target.getDatabaseName()).isEqualTo("hq");
        assertThat(target.getUser()).isEqualTo("alice");
        assertThat(target.getPassword()).isEqualTo("secret");
        assertThat(target.getSslMode()).isEqualTo("verify-full");
        assertThat(target.getSslRootCert()).isEqualTo("/etc/ca.pem");
    }

    @Test
    void hasTheDefaultsOfLibpqAndTimeoutsOfItsOwn() {
        PGSimpleDataSource target = target();

        assertThat(target.getServerNames()).containsExactly("localhost");
        assertThat(target.getPortNumbers()).containsExactly(5432);
        assertThat(target.getDatabaseName()).isEqualTo(System.getProperty("user.name"));
        assertThat(target.getUser()).isEqualTo(System.getProperty("user.name"));
        assertThat(target.getApplicationName()).isEqualTo("migrator");
        assertThat(target.getConnectTimeout()).isEqualTo(10);
        assertThat(target.getSocketTimeout()).isEqualTo(300);
        assertThat(target.getTcpKeepAlive()).isTrue();
    }

    @Test
    void letsAJdbcUrlOfTheCommandLineSayItAll() {
        environment.put("PGHOST", "elsewhere");
        environment.put("PGUSER", "bob");
        environment.put("PGPASSWORD", "secret");
        words.add("--jdbc-url=jdbc:postgresql://db:6432/hq?user=alice&socketTimeout=5&ApplicationName=mine");

        PGSimpleDataSource target = target();

        assertThat(target.getServerNames()).containsExactly("db");
        assertThat(target.getPortNumbers()).containsExactly(6432);
        assertThat(target.getUser()).isEqualTo("alice");
        assertThat(target.getPassword()).isEqualTo("secret");
        assertThat(target.getSocketTimeout()).isEqualTo(5);
        assertThat(target.getApplicationName()).isEqualTo("mine");
        assertThat(target.getConnectTimeout()).isEqualTo(10);
    }

    @Test
    void takesAJdbcUrlWithPasswordFromTheFileUnlessTheEnvironmentNamesAServer() throws IOException {
        Files.setPosixFilePermissions(
                config("{\"jdbc-url\": \"jdbc:postgresql://db/hq?user=alice&password=secret\"}"),
                PosixFilePermissions.fromString("rw-------"));
        PGSimpleDataSource fromFile = target();
        assertThat(fromFile.getServerNames()).containsExactly("db");
        assertThat(fromFile.getUser()).isEqualTo("alice");
        assertThat(fromFile.getPassword()).isEqualTo("secret");

        environment.put("PGHOST", "other");
        assertThat(target().getServerNames()).containsExactly("other");
        assertThat(read().warnings()).singleElement().asString().contains("PGHOST", "goes before jdbc-url in ");
    }

    @ParameterizedTest
    @CsvSource({"jdbc:mysql://db/hq", "postgresql://db/hq", "jdbc:postgresql://db", "jdbc:postgresql://me@db/hq", "''"})
    void refusesWhatIsNoJdbcUrlOfPostgres(String url) {
        words.add("--jdbc-url=" + url);

        assertThat(faults()).singleElement().asString().startsWith("--jdbc-url is no JDBC URL of PostgreSQL");
    }

    private Path config(String json) throws IOException {
        Path file = Files.writeString(directory.resolve("migrator.json"), json);
        words.add("--config=" + file);
        return file;
    }

    private PGSimpleDataSource target() {
        return (PGSimpleDataSource) read().target();
    }

    private Settings read() {
        Settings settings = reader().read().orElseThrow(() -> new AssertionError(faults.messages()));
        assertThat(faults.messages()).isEmpty();
        return settings;
    }

    private List<String> faults() {
        assertThat(reader().read()).isEmpty();
        return faults.messages();
    }

    private SettingsReader reader() {
        Arguments arguments = new ArgumentParser(faults).parse(words);
        return new SettingsReader(arguments, environment, arguments.slug().flatMap(Migrations::named), faults);
    }
}
