// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.couchmigrator.cli.text.Suggestion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/**
 * The databases in which tables of stages are, in the configuration file: an object that has, under a stage's name, where its
 * database is, as {@link DatabaseEntry} reads it.
 */
final class SourceSettings {
    private final JsonObject entries;
    private final String file;
    private final List<String> stages;
    private final DatabaseEntry database;
    private final Faults faults;

    /**
     * @param file the configuration file's name
     * @param stages the names of all stages that read a table
     */
    SourceSettings(JsonObject entries, String file, List<String> stages, DatabaseEntry database, Faults faults) {
        this.entries = entries;
        this.file = file;
        this.stages = stages;
        this.database = database;
        this.faults = faults;
    }

    /** Returns a line for each of them. */
    static List<String> lines(Map<String, DataSource> sources) {
        return sources.entrySet().stream()
                .map(source -> "Rows of stage %s are read from %s."
                        .formatted(source.getKey(), DatabaseEntry.place(source.getValue())))
                .toList();
    }

    /** Returns the databases by the names of their stages; all that is wrong is added to the faults. */
    Map<String, DataSource> sources() {
        Map<String, DataSource> sources = new LinkedHashMap<>();
        entries.asMap().forEach((stage, entry) -> {
            Faults its = new Faults();
            add(stage, entry, sources, its);
            faults.addOf("\"%s\" in \"sources\" of %s: ".formatted(stage, file), its);
        });
        return sources;
    }

    private void add(String stage, JsonElement entry, Map<String, DataSource> sources, Faults its) {
        if (!stages.contains(stage)) {
            String suggestion = Suggestion.of(stage, stages);
            its.add("no stage of this name reads a table"
                    + (suggestion.isEmpty() ? ": expected one of " + String.join(", ", stages) : suggestion));
        }
        if (entry.isJsonObject()) {
            database.source(database.told(entry.getAsJsonObject(), Set.of(), its), its)
                    .ifPresent(source -> sources.put(stage, source));
        } else {
            its.add("expected an object such as {\"PGHOST\": \"HOST\", \"PGDATABASE\": \"DATABASE\"}");
        }
    }
}
