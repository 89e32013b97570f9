// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.ShardMap;
import java.util.ArrayList;
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
 * The map of shards in the configuration file: an array of objects, each with the shards that a database holds and where
 * that database is, as a JDBC URL or as libpq's variables. What an entry does not tell is taken from the environment, as it
 * is for the main database. No message shows a value that may be a password.
 */
final class ShardSettings {
    private static final String RANGE = "shards";
    private static final String URL = Setting.JDBC_URL.key();
    private static final Set<String> SERVER = Set.of("PGHOST", "PGPORT", "PGDATABASE");

    /** All but PGPASSFILE, which the driver itself reads for all databases. */
    private static final Set<String> VARIABLES =
            Set.of("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT");

    private final JsonArray entries;
    private final String file;
    private final Map<String, String> environment;
    private final Faults faults;
    private final List<String> warnings;

    /** @param file the configuration file's name */
    ShardSettings(
            JsonArray entries, String file, Map<String, String> environment, Faults faults, List<String> warnings) {
        this.entries = entries;
        this.file = file;
        this.environment = environment;
        this.faults = faults;
        this.warnings = warnings;
    }

    /** Returns whether an array of entries holds a password. */
    static boolean holdSecret(JsonArray entries) {
        return entries.asList().stream()
                .filter(JsonElement::isJsonObject)
                .flatMap(entry -> entry.getAsJsonObject().asMap().entrySet().stream())
                .anyMatch(told -> told.getKey().equals("PGPASSWORD")
                        || (told.getValue().isJsonPrimitive()
                                && Secrets.in(told.getValue().getAsString())));
    }

    /** Returns a line for each database of a map that was read from settings. */
    static List<String> lines(ShardMap map) {
        return map.databases().stream()
                .map(held -> {
                    PGSimpleDataSource source = (PGSimpleDataSource) held.database();
                    return "Rows of shards %s go to %s:%s/%s."
                            .formatted(
                                    held.range(),
                                    source.getServerNames()[0],
                                    source.getPortNumbers()[0] == 0 ? 5432 : source.getPortNumbers()[0],
                                    source.getDatabaseName());
                })
                .toList();
    }

    /** Returns the map; empty, with all its faults added, if it is none. */
    Optional<ShardMap> map() {
        ShardMap.Builder map = ShardMap.builder();
        boolean ranged = true;
        for (int i = 0; i < entries.size(); i++) {
            Faults its = new Faults();
            ranged &= add(entries.get(i), map, its);
            String place = "shards[%s] of %s: ".formatted(i, file);
            its.messages().stream()
                    .filter(message -> !faults.messages().contains(message))
                    .forEach(message -> faults.add(place + message));
        }
        List<String> ofTheMap = ranged ? map.faults() : map.conflicts();
        ofTheMap.forEach(fault -> faults.add("%s: %s".formatted(file, fault)));
        return faults.any() ? Optional.empty() : Optional.of(map.build());
    }

    /** Returns whether the entry tells a range of shards. */
    private boolean add(JsonElement entry, ShardMap.Builder map, Faults its) {
        if (!entry.isJsonObject()) {
            its.add(
                    "expected an object such as {\"shards\": [0, 1], \"jdbc-url\": \"jdbc:postgresql://HOST:PORT/DATABASE\"}");
            return false;
        }
        JsonObject object = entry.getAsJsonObject();
        Map<String, String> told = told(object, its);
        Optional<int[]> range = range(object.get(RANGE));
        if (range.isEmpty()) {
            its.add("\"shards\" is no range: expected the first and the last shard of the database, as in [0, 1]");
        }
        DataSource source = source(told, its).orElseGet(PGSimpleDataSource::new);
        range.ifPresent(bounds -> map.shards(bounds[0], bounds[1], source));
        return range.isPresent();
    }

    private static Map<String, String> told(JsonObject entry, Faults its) {
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
            } else if (!key.equals(RANGE)) {
                Set<String> names = new TreeSet<>(VARIABLES);
                names.addAll(List.of(RANGE, URL));
                its.add("unknown key \"%s\"".formatted(key) + Suggestion.of(key, List.copyOf(names)));
            }
        });
        return told;
    }

    private static Optional<int[]> range(JsonElement element) {
        if (!(element instanceof JsonArray array) || array.size() != 2) {
            return Optional.empty();
        }
        List<Integer> bounds = new ArrayList<>();
        for (JsonElement bound : array) {
            boolean number = bound instanceof JsonPrimitive primitive && primitive.isNumber();
            if (number && bound.getAsString().matches("-?\\d{1,9}")) {
                bounds.add(bound.getAsInt());
            }
        }
        return bounds.size() == 2 ? Optional.of(new int[] {bounds.get(0), bounds.get(1)}) : Optional.empty();
    }

    private Optional<DataSource> source(Map<String, String> told, Faults its) {
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
        Map<Setting, String> inFile = url == null ? Map.of() : Map.of(Setting.JDBC_URL, url);
        return new PostgresSettings(new Values(Map.of(), variables, inFile, file), its, warnings).dataSource();
    }
}
