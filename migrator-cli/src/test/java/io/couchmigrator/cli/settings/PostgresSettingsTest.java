// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

final class PostgresSettingsTest {
    private final Map<Setting, List<String>> commandLine = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private final Map<Setting, List<String>> inFile = new HashMap<>();
    private final Faults faults = new Faults();
    private final String home = System.getProperty("user.home");

    @TempDir
    private Path directory;

    @BeforeEach
    void moveHome() {
        System.setProperty("user.home", directory.toString());
    }

    @AfterEach
    void moveBack() {
        System.setProperty("user.home", home);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    PGSERVICE    | set PGHOST, PGPORT, PGDATABASE and PGUSER
                    PGHOSTADDR   | set PGHOST to the address
                    PGOPTIONS    | set it for the role by ALTER ROLE ... SET, or use --jdbc-url with the parameter options
                    PGREQUIRESSL | set PGSSLMODE to require
                    PGSSLCRL     | no list of revoked certificates can be named
                    PGSSLCRLDIR  | no list of revoked certificates can be named
                    """)
    void refusesAVariableThatPsqlWouldHeedAndSaysWhatToSet(String variable, String advice) {
        environment.put(variable, "anything");

        assertThat(read()).isEmpty();

        assertThat(faults.messages())
                .singleElement()
                .asString()
                .startsWith(variable + " is set, which is not heeded: ")
                .contains(advice)
                .endsWith(", and unset it");
    }

    /** A message would show a blank or a question mark in its place. */
    @ParameterizedTest
    @ValueSource(strings = {"PGHOST", "PGUSER", "PGDATABASE"})
    void refusesANameWithAControlCharacter(String variable) {
        environment.put(variable, "a\nb\u009b");

        assertThat(read()).isEmpty();

        assertThat(faults.messages())
                .containsExactly(variable
                        + " is \"a\\u000ab\\u009b\", which holds a control character: give a name without one");
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:postgresql://h/a%0Ab, the database",
        "jdbc:postgresql://h/d?user=a%0Ab, user",
        "jdbc:postgresql://h/d?currentSchema=a%0Ab, currentSchema",
        "'jdbc:postgresql://a\nb/d', the host"
    })
    void refusesAUrlWithAControlCharacterInAName(String url, String what) {
        commandLine.put(Setting.JDBC_URL, List.of(url));

        assertThat(read()).isEmpty();

        assertThat(faults.messages())
                .containsExactly(what
                        + " of --jdbc-url is \"a\\u000ab\", which holds a control character: give a name without one");
    }

    @Test
    void refusesNoneThatAUrlGoesBefore() {
        commandLine.put(Setting.JDBC_URL, List.of("jdbc:postgresql://h/d?options=-c%20search_path=hq&sslmode=require"));
        environment.putAll(Map.of("PGHOSTADDR", "10.0.0.1", "PGOPTIONS", "-c a=b", "PGREQUIRESSL", "1"));

        Optional<PGSimpleDataSource> source = read();

        assertThat(faults.messages()).isEmpty();
        assertThat(source.orElseThrow().getOptions()).isEqualTo("-c search_path=hq");
    }

    @Test
    void refusesAnAddressThatWouldGoBeforeTheFileAsPghostDoes() {
        inFile.put(Setting.JDBC_URL, List.of("jdbc:postgresql://h/d"));
        environment.put("PGHOSTADDR", "10.0.0.1");

        assertThat(read()).isEmpty();

        assertThat(faults.messages()).singleElement().asString().startsWith("PGHOSTADDR is set");
    }

    @Test
    void handsOnWhatTheDriverUnderstandsAndIgnoresWhatChangesNothing() {
        environment.putAll(Map.of(
                "PGSSLCERT", "/etc/ours.crt",
                "PGSSLKEY", "/etc/ours.key",
                "PGSSLNEGOTIATION", "direct",
                "PGCHANNELBINDING", "require",
                "PGREQUIREAUTH", "scram-sha-256",
                "PGGSSENCMODE", "disable",
                "PGTZ", "Asia/Kathmandu",
                "PGAPPNAME", "psql",
                "PGSERVICEFILE", "/etc/services"));

        PGSimpleDataSource source = read().orElseThrow();

        assertThat(source.getSslCert()).isEqualTo("/etc/ours.crt");
        assertThat(source.getSslKey()).isEqualTo("/etc/ours.key");
        assertThat(source.getSslNegotiation()).isEqualTo("direct");
        assertThat(source.getChannelBinding()).isEqualTo("require");
        assertThat(source.getRequireAuth()).isEqualTo("scram-sha-256");
        assertThat(source.getGssEncMode()).isEqualTo("disable");
        assertThat(source.getApplicationName()).isEqualTo("migrator");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-r-----", "rw----r--", "rw--w----"})
    void refusesAFileOfPasswordsThatOthersHaveARightTo(String permissions) throws IOException {
        Path named = passwords("passwords", permissions);
        environment.put("PGPASSFILE", named.toString());

        assertThat(read()).isEmpty();

        assertThat(faults.messages())
                .containsExactly(
                        "PGPASSFILE is %s, which passwords are taken from, has the permissions %s, expected none for group and others: chmod 0600 %s"
                                .formatted(named, permissions, named));
    }

    @Test
    void refusesAnOpenFileInTheHomeOnlyWhereNoPasswordIsTold() throws IOException {
        Path implied = passwords(".pgpass", "rw-r--r--");
        environment.put("PGPASSWORD", "told");
        assertThat(read()).isPresent();
        environment.remove("PGPASSWORD");
        commandLine.put(Setting.JDBC_URL, List.of("jdbc:postgresql://h/d"));

        assertThat(read()).isEmpty();

        assertThat(faults.messages())
                .singleElement()
                .asString()
                .startsWith(implied + ", which passwords are taken from, has the permissions rw-r--r--");
    }

    @Test
    void takesAFileOfPasswordsThatIsTheOwnersOrNotThere() throws IOException {
        passwords(".pgpass", "rw-------");
        assertThat(read()).isPresent();
        environment.put("PGPASSFILE", directory.resolve("none").toString());
        assertThat(read()).isPresent();
        environment.put("PGPASSFILE", directory.toString());
        assertThat(read()).isPresent();
    }

    @Test
    void refusesAFileOfPasswordsThatIsNoPath() {
        environment.put("PGPASSFILE", "a\0b");

        assertThat(read()).isEmpty();

        assertThat(faults.messages()).containsExactly("PGPASSFILE is no path: Nul character not allowed");
    }

    @Test
    void refusesSeveralHosts() {
        environment.put("PGHOST", "db1,db2");

        assertThat(read()).isEmpty();

        assertThat(faults.messages())
                .containsExactly("PGHOST is \"db1,db2\", which names several hosts: set it to one, or use --jdbc-url");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "0", "65536"})
    void refusesWhatIsNoPort(String port) {
        environment.put("PGPORT", port);

        assertThat(read()).isEmpty();

        assertThat(faults.messages())
                .containsExactly("PGPORT is \"%s\": expected a number from 1 to 65535".formatted(port));
    }

    private Path passwords(String name, String permissions) throws IOException {
        Path file = Files.writeString(directory.resolve(name), "*:*:*:*:secret\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private Optional<PGSimpleDataSource> read() {
        Values values = new Values(commandLine, environment, inFile, "migrator.json");
        return new PostgresSettings(values, faults, new ArrayList<>())
                .dataSource()
                .map(PGSimpleDataSource.class::cast);
    }
}
