// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.ShardMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The map of shards in the configuration file: an array of objects, each with the shards that a database holds and where
 * that database is, as {@link DatabaseEntry} reads it.
 */
final class ShardSettings {
    private static final String RANGE = "shards";

    private final JsonArray entries;
    private final String file;
    private final DatabaseEntry database;
    private final Faults faults;

    /** @param file the configuration file's name */
    ShardSettings(JsonArray entries, String file, DatabaseEntry database, Faults faults) {
        this.entries = entries;
        this.file = file;
        this.database = database;
        this.faults = faults;
    }

    /** Returns a line for each database of a map that was read from settings. */
    static List<String> lines(ShardMap map) {
        return map.databases().stream()
                .map(held ->
                        "Rows of shards %s go to %s.".formatted(held.range(), DatabaseEntry.place(held.database())))
                .toList();
    }

    /** Returns the map; empty, with all its faults added, if it is none. */
    Optional<ShardMap> map() {
        ShardMap.Builder map = ShardMap.builder();
        boolean ranged = true;
        for (int i = 0; i < entries.size(); i++) {
            Faults its = new Faults();
            ranged &= add(entries.get(i), map, its);
            faults.addOf("shards[%s] of %s: ".formatted(i, file), its);
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
        Map<String, String> told = database.told(object, Set.of(RANGE), its);
        Optional<int[]> range = range(object.get(RANGE));
        if (range.isEmpty()) {
            its.add("\"shards\" is no range: expected the first and the last shard of the database, as in [0, 1]");
        }
        DataSource source = database.source(told, its).orElseGet(PGSimpleDataSource::new);
        range.ifPresent(bounds -> map.shards(bounds[0], bounds[1], source));
        return range.isPresent();
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
}
