// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.cli.settings.Values.Value;
import io.couchmigrator.cli.text.Secrets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where PostgreSQL is and who we are to it: {@code --jdbc-url}, else what libpq would take from the environment. The
 * driver itself reads {@code PGPASSFILE} or {@code ~/.pgpass} where no password is told: the launcher sees to it that both
 * mean the same home. No message shows a password.
 */
final class PostgresSettings {
    private static final Set<String> SSL_MODES =
            Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

    /**
     * What holds unless the URL says otherwise. The migrator shows under its name in {@code pg_stat_activity}. A host
     * that does not answer is given up after 10 seconds, to be tried again. A peer that vanished without a word is
     * noticed by keep-alive packets, and at the latest after 300 seconds: more than any statement of the migrator
     * takes, and less than the 10 minutes for which an outage is waited out by default.
     */
    private static final Map<String, String> DEFAULTS = Map.of(
            "ApplicationName", "migrator",
            "connectTimeout", "10",
            "socketTimeout", "300",
            "tcpKeepAlive", "true");

    /** What the driver calls the host among its properties; so does libpq in the environment. */
    static final String HOST = "PGHOST";

    private final Values values;
    private final Faults faults;
    private final List<String> warnings;

    PostgresSettings(Values values, Faults faults, List<String> warnings) {
        this.values = values;
        this.faults = faults;
        this.warnings = warnings;
    }

    /** Returns the data source; empty, with a fault added, if it is not told well. Connects to nothing. */
    Optional<DataSource> dataSource() {
        Optional<Value> url = values.of(Setting.JDBC_URL);
        if (url.isPresent() && url.get().origin() == Origin.FILE && environmentNamesServer()) {
            warnings.add("PGHOST, PGPORT or PGDATABASE of the environment goes before %s"
                    .formatted(url.get().place()));
            url = Optional.empty();
        }
        return url.isPresent() ? ofUrl(url.get()) : ofEnvironment();
    }

    private boolean environmentNamesServer() {
        return Stream.of("PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE")
                .anyMatch(name -> values.variable(name).isPresent());
    }

    private Optional<DataSource> ofUrl(Value url) {
        if (url.origin() == Origin.COMMAND_LINE && Secrets.in(url.text())) {
            faults.add("--jdbc-url holds a password, which every user of this machine can read: take it out and set"
                    + " PGPASSWORD, or use a ~/.pgpass file");
            return Optional.empty();
        }
        PGSimpleDataSource source = new PGSimpleDataSource();
        if (!takes(source, url.text())) {
            String parameters = url.origin() == Origin.COMMAND_LINE
                    ? "the user, if any, as ?user=NAME, and the password elsewhere: in PGPASSWORD or ~/.pgpass"
                    : "user and password, if any, as ?user=NAME&password=PASSWORD";
            faults.add("%s is no JDBC URL of PostgreSQL: expected jdbc:postgresql://HOST:PORT/DATABASE, with %s"
                    .formatted(url.place(), parameters));
            return Optional.empty();
        }
        faults.addUnlessPrintable("the host of " + url.place(), source.getServerNames()[0]);
        faults.addUnlessPrintable("the database of " + url.place(), source.getDatabaseName());
        faults.addUnlessPrintable("user of " + url.place(), source.getUser());
        faults.addUnlessPrintable("currentSchema of " + url.place(), source.getCurrentSchema());
        Set<String> told = parameters(url.text());
        refuseUnprintable("PGUSER");
        set(source, "user", told, System.getProperty("user.name"));
        Set<String> before = url.origin() == Origin.COMMAND_LINE ? told : Set.of();
        text("PGUSER").ifPresent(user -> set(source, "user", before, user));
        text("PGPASSWORD").ifPresent(password -> set(source, "password", before, password));
        setRest(source, told);
        return faults.any() ? Optional.empty() : Optional.of(source);
    }

    /** The driver's own message would show the URL, and with it a password. */
    private static boolean takes(PGSimpleDataSource source, String url) {
        try {
            source.setUrl(url);
        } catch (IllegalArgumentException e) {
            return false;
        }
        return Arrays.stream(source.getServerNames()).noneMatch(host -> host.contains("@"));
    }

    /** Returns the names of the parameters that a JDBC URL tells: its host, and those behind the question mark. */
    static Set<String> parameters(String url) {
        int question = url.indexOf('?');
        String parameters = question < 0 ? "" : url.substring(question + 1);
        return Stream.concat(Stream.of(HOST), Arrays.stream(parameters.split("&")))
                .map(parameter -> parameter.split("=", 2)[0])
                .collect(Collectors.toUnmodifiableSet());
    }

    private void refuseUnprintable(String variable) {
        text(variable).ifPresent(name -> faults.addUnlessPrintable(variable, name));
    }

    private Optional<DataSource> ofEnvironment() {
        Stream.of(HOST, "PGUSER", "PGDATABASE").forEach(this::refuseUnprintable);
        String user = text("PGUSER").orElseGet(() -> System.getProperty("user.name"));
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {host()});
        source.setPortNumbers(new int[] {port()});
        source.setDatabaseName(text("PGDATABASE").orElse(user));
        source.setUser(user);
        text("PGPASSWORD").ifPresent(source::setPassword);
        setRest(source, Set.of());
        return faults.any() ? Optional.empty() : Optional.of(source);
    }

    private void setRest(PGSimpleDataSource source, Set<String> told) {
        text("PGSSLMODE").ifPresent(mode -> {
            if (!SSL_MODES.contains(mode)) {
                faults.add("PGSSLMODE is \"%s\": expected disable, allow, prefer, require, verify-ca or verify-full"
                        .formatted(mode));
            } else {
                set(source, "sslmode", told, mode);
            }
        });
        LibpqVariables variables = new LibpqVariables(values);
        variables.handOn((property, value) -> set(source, property, told, value));
        variables.refuse(told, faults);
        DEFAULTS.forEach((property, value) -> set(source, property, told, value));
        if (source.getPassword() == null) {
            refuseOpenPasswordFile();
        }
    }

    private void refuseOpenPasswordFile() {
        Optional<String> named = text("PGPASSFILE");
        try {
            Path file = named.map(Path::of).orElseGet(() -> Path.of(System.getProperty("user.home"), ".pgpass"));
            SecretFile.refusal(file)
                    .ifPresent(why -> faults.add("%s, which passwords are taken from, %s"
                            .formatted(named.isPresent() ? "PGPASSFILE is " + file : file, why)));
        } catch (InvalidPathException e) {
            faults.add("PGPASSFILE is no path: " + e.getReason());
        }
    }

    private String host() {
        String host = text("PGHOST").orElse("localhost");
        if (host.startsWith("/") || host.startsWith("@")) {
            faults.add(
                    "PGHOST is \"%s\", a Unix socket, over which Java does not connect: set PGHOST to a host name such as localhost"
                            .formatted(host));
        } else if (host.contains(",")) {
            faults.add("PGHOST is \"%s\", which names several hosts: set it to one, or use --jdbc-url".formatted(host));
        }
        return host.contains(":") ? "[" + host + "]" : host;
    }

    private int port() {
        String port = text("PGPORT").orElse("5432");
        try {
            int number = Integer.parseInt(port.strip());
            if (number >= 1 && number <= 65535) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number that is out of range.
        }
        faults.add("PGPORT is \"%s\": expected a number from 1 to 65535".formatted(port));
        return 5432;
    }

    private Optional<String> text(String variable) {
        return values.variable(variable).map(Value::text);
    }

    /** Sets a property, unless it is told elsewhere. */
    private static void set(PGSimpleDataSource source, String property, Set<String> told, String value) {
        if (told.contains(property)) {
            return;
        }
        try {
            source.setProperty(property, value);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
