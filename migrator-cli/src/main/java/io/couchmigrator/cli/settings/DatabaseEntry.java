// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.cli.text.Secrets;
import io.couchmigrator.cli.text.Suggestion;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Where a database is, in an object of the configuration file: as a JDBC URL or as libpq's variables. What the object does
 * not tell is taken from the environment, as it is for the main database. No message shows a value that may be a password.
 */
final class DatabaseEntry {
    private static final String URL = Setting.JDBC_URL.key();
    private static final Set<String> SERVER = Set.of("PGHOST", "PGPORT", "PGDATABASE");

    /** All but PGPASSFILE, which the driver itself reads for all databases. */
    private static final Set<String> VARIABLES =
            Set.of("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT");

    private final String file;
    private final Map<String, String> environment;
    private final List<String> warnings;

    /** @param file the configuration file's name */
    DatabaseEntry(String file, Map<String, String> environment, List<String> warnings) {
        this.file = file;
        this.environment = environment;
        this.warnings = warnings;
    }

    /** Returns whether any of these objects holds a password. */
    static boolean holdSecret(Collection<JsonElement> entries) {
        return entries.stream()
                .filter(JsonElement::isJsonObject)
                .flatMap(entry -> entry.getAsJsonObject().asMap().entrySet().stream())
                .anyMatch(told -> told.getKey().equals("PGPASSWORD")
                        || (told.getValue().isJsonPrimitive()
                                && Secrets.in(told.getValue().getAsString())));
    }

    /** Returns where a database is that was read from settings, such as {@code localhost:5432/commcarehq}. */
    static String place(DataSource database) {
        PGSimpleDataSource source = (PGSimpleDataSource) database;
        int port = source.getPortNumbers()[0];
        return "%s:%s/%s".formatted(source.getServerNames()[0], port == 0 ? 5432 : port, source.getDatabaseName());
    }

    /** Returns what an object tells of its database; {@code others} are the keys that it may have beside. */
    Map<String, String> told(JsonObject entry, Set<String> others, Faults its) {
        Map<String, String> told = new HashMap<>();
        entry.asMap().forEach((key, value) -> {
            boolean known = key.equals(URL) || VARIABLES.contains(key);
            if (known && value instanceof JsonPrimitive text && (text.isString() || key.equals("PGPORT"))) {
                told.put(key, text.getAsString());
                if (text.getAsString().isEmpty()) {
                    its.add("\"%s\" is empty: leave it out, or give it a value".formatted(key));
                }
            } else if (known) {
                its.add("\"%s\" is no string".formatted(key));
            } else if (!others.contains(key)) {
                Set<String> names = new TreeSet<>(VARIABLES);
                names.addAll(others);
                names.add(URL);
                its.add("unknown key \"%s\"".formatted(key) + Suggestion.of(key, List.copyOf(names)));
            }
        });
        return told;
    }

    /** Returns the database; empty, with a fault added, if it is not told well. Connects to nothing. */
    Optional<DataSource> source(Map<String, String> told, Faults its) {
        boolean server = told.keySet().stream().anyMatch(SERVER::contains);
        String url = told.get(URL);
        if ((url != null) == server) {
            its.add(
                    "expected either \"jdbc-url\", or at least one of \"PGHOST\", \"PGPORT\" and \"PGDATABASE\", for a database of its own");
            return Optional.empty();
        }
        Map<String, String> variables = new HashMap<>(environment);
        for (String parameter : List.of("user", "password")) {
            String variable = "PG" + parameter.toUpperCase(Locale.ROOT);
            if (url != null && PostgresSettings.parameters(url).contains(parameter)) {
                variables.remove(variable);
                if (told.containsKey(variable)) {
                    its.add("\"%s\" stands beside a \"jdbc-url\" that tells the %s itself: leave one"
                            .formatted(variable, parameter));
                }
            }
        }
        if (url != null) {
            variables.keySet().removeAll(SERVER);
        }
        if (told.containsKey("PGHOST")) {
            variables.remove("PGHOSTADDR");
        }
        told.forEach((key, value) -> {
            if (!key.equals(URL)) {
                variables.put(key, value);
            }
        });
        Map<Setting, List<String>> inFile = url == null ? Map.of() : Map.of(Setting.JDBC_URL, List.of(url));
        return new PostgresSettings(new Values(Map.of(), variables, inFile, file), its, warnings).dataSource();
    }
}
