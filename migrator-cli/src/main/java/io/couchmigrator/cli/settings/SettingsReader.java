// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.CouchServer;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.ShardMap;
import io.couchmigrator.TableName;
import io.couchmigrator.cli.settings.Values.Value;
import io.couchmigrator.cli.text.Durations;
import io.couchmigrator.cli.text.Secrets;
import io.couchmigrator.documents.Documents;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Makes {@link Settings} of command line, environment and configuration file, and collects all that is wrong. */
public final class SettingsReader {
    /** What CouchDB allows a database to be called. */
    private static final Pattern DATABASE = Pattern.compile("[a-z][a-z0-9_$()+/-]*");

    /** Each is a thread, a connection and a share of memory; CouchDB answers no faster beyond a few. */
    private static final int MOST_WORKERS = 64;

    /** Below what {@link CouchServer.Builder} takes, in a unit that people read. */
    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(24);

    private static final Duration LONGEST_DURATION = Duration.ofDays(365);
    private static final Duration LONGEST_OUTAGE = Duration.ofDays(365);

    private final Arguments arguments;
    private final Map<String, String> environment;
    private final Faults faults;
    private final List<String> warnings = new ArrayList<>();
    private final Optional<Migrations> migration;
    private Optional<JsonArray> shards = Optional.empty();
    private Optional<JsonObject> sources = Optional.empty();

    /** @param migration the one to be set; empty if it is not known, which is told elsewhere */
    public SettingsReader(
            Arguments arguments, Map<String, String> environment, Optional<Migrations> migration, Faults faults) {
        this.migration = migration;
        this.arguments = arguments;
        this.environment = environment;
        this.faults = faults;
    }

    /** Returns the settings; empty, with a fault added, if they are not fit. */
    public Optional<Settings> read() {
        Values values = values();
        migration.ifPresent(chosen -> refuseForeign(chosen, values));
        Optional<Path> logDirectory = logDirectory(values);
        int chunkSize = count(values, Setting.CHUNK_SIZE, 1, Integer.MAX_VALUE);
        int workers = count(values, Setting.NUM_WORKERS, 1, MOST_WORKERS);
        int maxDocumentsPerSecond = count(values, Setting.MAX_DOCS_PER_SECOND, 0, Integer.MAX_VALUE);
        List<String> databases = databases(values);
        DocumentsSettings documents =
                is(Migrations.DOCUMENTS) ? documents(values, databases, logDirectory) : DocumentsSettings.NONE;
        Depth depth = depth();
        MaxRejects maxRejects = maxRejects(values);
        Optional<Duration> maxDuration = values.of(Setting.MAX_DURATION)
                .map(given -> duration(values, Setting.MAX_DURATION, Duration.ofMillis(1), LONGEST_DURATION));
        Duration maxOutage = duration(values, Setting.MAX_OUTAGE, Duration.ZERO, LONGEST_OUTAGE);
        Duration readTimeout = timeout(values, Setting.READ_TIMEOUT);
        Duration connectTimeout = timeout(values, Setting.CONNECT_TIMEOUT);
        Optional<CouchServer> couch = new CouchSettings(values, faults, warnings).server(connectTimeout, readTimeout);
        Optional<DataSource> target = new PostgresSettings(values, faults, warnings).dataSource();
        String file = arguments.value(Setting.CONFIG).orElse("");
        DatabaseEntry database = new DatabaseEntry(file, environment, warnings);
        Optional<ShardMap> map = shards.flatMap(entries -> new ShardSettings(entries, file, database, faults).map());
        Map<String, DataSource> elsewhere = sources.map(entries -> new SourceSettings(
                                entries,
                                file,
                                migration.map(Migrations::tableStages).orElse(List.of()),
                                database,
                                faults)
                        .sources())
                .orElse(Map.of());
        Telling telling = Telling.of(arguments, faults);
        if (faults.any() || logDirectory.isEmpty() || couch.isEmpty() || target.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new Settings(
                logDirectory.get(),
                chunkSize,
                workers,
                maxDocumentsPerSecond,
                couch.get(),
                databases,
                documents,
                target.get(),
                map,
                elsewhere,
                maxRejects,
                maxDuration,
                maxOutage,
                arguments.has(Setting.RESET),
                arguments.has(Setting.ACCEPT_FAILOVER),
                arguments.has(Setting.ACCEPT_NEW_SOURCE),
                depth,
                telling,
                warnings));
    }

    private Values values() {
        if (!arguments.gives(Setting.CONFIG)) {
            return new Values(arguments.values(), environment, Map.of(), "");
        }
        String file = arguments.value(Setting.CONFIG).orElseThrow();
        Optional<Path> path = path(file, Setting.CONFIG.option());
        if (path.isEmpty()) {
            return new Values(arguments.values(), environment, Map.of(), file);
        }
        ConfigFile read = new ConfigFile(path.get(), faults);
        Map<Setting, List<String>> inFile = read.read();
        shards = read.shards();
        sources = read.sources();
        if (shards.filter(entries -> DatabaseEntry.holdSecret(entries.asList())).isPresent()
                || sources.filter(entries ->
                                DatabaseEntry.holdSecret(entries.asMap().values()))
                        .isPresent()
                || inFile.containsKey(Setting.COUCH_PASSWORD)
                || inFile.values().stream().flatMap(List::stream).anyMatch(Secrets::in)) {
            SecretFile.warning(path.get()).ifPresent(warnings::add);
        }
        return new Values(arguments.values(), environment, inFile, file);
    }

    private boolean is(Migrations one) {
        return migration.equals(Optional.of(one));
    }

    private void refuseForeign(Migrations chosen, Values values) {
        Set<String> places = new LinkedHashSet<>();
        for (Setting setting : Setting.values()) {
            if (!setting.belongsTo(chosen)) {
                if (arguments.has(setting)) {
                    places.add(setting.option());
                }
                values.given(setting).forEach(value -> places.add(value.place()));
            }
        }
        if (is(Migrations.DOCUMENTS)) {
            sources.ifPresent(entries -> places.add("\"sources\" in the file of --config"));
        }
        places.forEach(place -> faults.add("%s is no option of %s".formatted(place, chosen)));
    }

    private Optional<Path> logDirectory(Values values) {
        Optional<Value> value = values.of(Setting.LOG_DIR);
        if (value.isPresent() && value.get().text().isEmpty()) {
            faults.add("%s is empty: name a directory".formatted(value.get().place()));
            return Optional.empty();
        }
        if (value.isEmpty()) {
            faults.add("--log-dir is missing: name the directory in which offsets, rejects and logs are kept from run"
                    + " to run, as in --log-dir="
                    + (is(Migrations.DOCUMENTS) ? "documents-logs" : "blobmeta-migration-logs"));
            return Optional.empty();
        }
        Optional<Path> directory = path(value.get().text(), value.get().place());
        directory.ifPresent(found -> LogDirectory.check(found, value.get().place(), faults));
        return directory;
    }

    private Optional<Path> path(String text, String place) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            faults.add("%s is no path: %s".formatted(place, e.getReason()));
            return Optional.empty();
        }
    }

    /** Returns a number of this range; where there is none, adds a fault and returns the least. */
    private int count(Values values, Setting setting, int least, int most) {
        Value value = values.of(setting).orElseThrow();
        try {
            int count = Integer.parseInt(value.text().strip());
            if (count >= least && count <= most) {
                return count;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number that is out of range.
        }
        faults.add("%s is \"%s\": expected a whole number from %s to %s"
                .formatted(value.place(), value.text(), least, most));
        return least;
    }

    private MaxRejects maxRejects(Values values) {
        Optional<Value> value = values.of(Setting.MAX_REJECTS);
        if (value.isEmpty()) {
            return MaxRejects.NONE;
        }
        return MaxRejects.parse(value.get().text()).orElseGet(() -> {
            faults.add("%s is \"%s\": expected a whole number such as 100, or a percentage such as 0.5%%"
                    .formatted(value.get().place(), value.get().text()));
            return MaxRejects.NONE;
        });
    }

    private Depth depth() {
        boolean counts = arguments.has(Setting.COUNTS);
        boolean ids = arguments.has(Setting.IDS);
        if (counts && ids) {
            faults.add("--counts and --ids are given: give one, --ids finds all that --counts does");
        }
        return ids ? Depth.IDS : counts ? Depth.COUNTS : Depth.FULL;
    }

    private Duration timeout(Values values, Setting setting) {
        return duration(values, setting, Duration.ofMillis(1), LONGEST_TIMEOUT);
    }

    private Duration duration(Values values, Setting setting, Duration least, Duration most) {
        Value value = values.of(setting).orElseThrow();
        Optional<Duration> duration = Durations.parse(value.text())
                .filter(found -> found.compareTo(least) >= 0 && found.compareTo(most) <= 0);
        if (duration.isEmpty()) {
            faults.add("%s is \"%s\": expected a time such as 30s, 10m or 2h, %sat most %sd"
                    .formatted(
                            value.place(), value.text(), least.isZero() ? "" : "longer than zero and ", most.toDays()));
        }
        return duration.orElse(least);
    }

    private DocumentsSettings documents(Values values, List<String> databases, Optional<Path> logDirectory) {
        boolean keepsDeleted = choice(values, Setting.DELETIONS, "delete", "keep");
        boolean saysDelete = !keepsDeleted && !values.given(Setting.DELETIONS).isEmpty();
        Map<String, TableName> earlier = logDirectory
                .map(directory -> MigrationInfo.tables(directory, Documents.SLUG))
                .orElse(Map.of());
        return new DocumentsSettings(
                new DocumentTables(values, databases, earlier, faults).byDatabase(),
                keepsDeleted,
                saysDelete,
                choice(values, Setting.NUL, "reject", "replace"),
                arguments.has(Setting.ADOPT),
                arguments.has(Setting.REREAD));
    }

    /** Returns whether the second of two words is chosen. */
    private boolean choice(Values values, Setting setting, String first, String second) {
        Value value = values.of(setting).orElseThrow();
        if (!value.text().equals(first) && !value.text().equals(second)) {
            faults.add("%s is \"%s\": expected %s or %s".formatted(value.place(), value.text(), first, second));
        }
        return value.text().equals(second);
    }

    private List<String> databases(Values values) {
        boolean several = is(Migrations.DOCUMENTS);
        List<Value> given = values.given(Setting.COUCH_DB);
        if (given.isEmpty() && several) {
            faults.add("--couch-db is missing: name the CouchDB database whose documents are to be migrated, as in"
                    + " --couch-db=orders; give it once more for each further one");
        } else if (given.isEmpty()) {
            given = values.of(Setting.COUCH_DB).stream().toList();
        } else if (given.size() > 1 && migration.isPresent() && !several) {
            faults.add(
                    "%s is given %s times: give it once".formatted(given.get(0).place(), given.size()));
        }
        Set<String> names = new LinkedHashSet<>();
        for (Value value : given) {
            if (!DATABASE.matcher(value.text()).matches()) {
                faults.add(
                        "%s is \"%s\", which is no name of a CouchDB database: expected a small letter, then small letters, digits and _ $ ( ) + - /"
                                .formatted(value.place(), value.text()));
            } else if (!names.add(value.text()) && several) {
                faults.add("%s names %s twice: leave one".formatted(value.place(), value.text()));
            }
        }
        return List.copyOf(names);
    }
}
