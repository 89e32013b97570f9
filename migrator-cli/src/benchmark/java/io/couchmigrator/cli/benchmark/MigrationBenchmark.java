// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.Tables;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Measures a migration beside its floors. The phases take turns, so that whatever else the machine does hits all alike. */
final class MigrationBenchmark {
    private static final int FEW = 100;
    private static final long LONGEST_WAIT_SECONDS = 60;

    private final Function<Documents, Subject<?>> subject;
    private final Options options;
    private final PostgresServer postgres;
    private final Path directory;
    private final Consumer<String> console;

    /** @param subject returns what is measured with some documents */
    MigrationBenchmark(
            Function<Documents, Subject<?>> subject,
            Options options,
            PostgresServer postgres,
            Path directory,
            Consumer<String> console) {
        this.subject = subject;
        this.options = options;
        this.postgres = postgres;
        this.directory = directory;
        this.console = console;
    }

    /** Loads so many documents and measures. */
    Figures measure(int count) throws Exception {
        shareClasses();
        Documents documents = new Documents(Source.databaseName(), count, options);
        long start = System.nanoTime();
        try (Source source = Source.load(documents, options);
                Drain drain = new Drain(source, documents, options.workers())) {
            console.accept("%,d documents loaded into %s in %.0f s"
                    .formatted(count, source.description(), Taken.secondsSince(start)));
            return new Measurement(documents, subject.apply(documents), source, drain).repeat();
        }
    }

    /** Whoever uses the program has started it before: from its third start on Java finds its classes in an archive. */
    private void shareClasses() throws Exception {
        Documents documents = new Documents(Source.databaseName(), FEW, options);
        try (Source source = Source.load(documents, options);
                Drain drain = new Drain(source, documents, options.workers())) {
            Measurement started = new Measurement(documents, subject.apply(documents), source, drain);
            for (int i = 0; i < 2; i++) {
                started.migrate(Migrated.with("", 1), directory.resolve("start-" + i));
            }
        }
        long start = System.nanoTime();
        while (!classesAreShared()) {
            if (Taken.secondsSince(start) > LONGEST_WAIT_SECONDS) {
                console.accept("Each start loads its classes anew: there is no archive of them in " + cache());
                return;
            }
            Thread.sleep(100);
        }
    }

    private boolean classesAreShared() throws IOException {
        if (!Files.isDirectory(cache())) {
            return false;
        }
        try (Stream<Path> files = Files.walk(cache())) {
            return files.anyMatch(file -> file.toString().endsWith(".jsa"));
        }
    }

    private Path cache() {
        return directory.resolve("cache").toAbsolutePath();
    }

    /** The repetitions with the documents in place. */
    private final class Measurement {
        private final Series drained = new Series("raw drain");
        private final Series drainedBuffered = new Series("raw drain, buffer_response");
        private final Series written = new Series("write alone");
        private final List<Migrated> migrated = options.databases().stream()
                .flatMap(databases ->
                        options.jvmOptions().stream().map(jvmOptions -> Migrated.with(jvmOptions, databases)))
                .toList();
        private final Series listed = new Series("migrator list");
        private final Series javaAlone = new Series("java -version");
        private final Documents documents;
        private final Subject<?> measured;
        private final Source source;
        private final Drain drain;
        private long bytes = -1;

        Measurement(Documents documents, Subject<?> measured, Source source, Drain drain) {
            this.documents = documents;
            this.measured = measured;
            this.source = source;
            this.drain = drain;
        }

        Figures repeat() throws Exception {
            for (int i = 1; i <= options.repetitions(); i++) {
                drained.add(Taken.by(() -> read(false)));
                drainedBuffered.add(Taken.by(() -> read(true)));
                write();
                Path place = directory.resolve("%d-%d".formatted(documents.count(), i));
                for (int choice = 0; choice < migrated.size(); choice++) {
                    migrate(migrated.get(choice), place.resolve("migrate-" + choice));
                }
                listed.add(new Program(List.of(options.program().toString(), "list"), Map.of())
                        .runIn(place.resolve("list")));
                Path java = Path.of(System.getProperty("java.home"), "bin", "java");
                javaAlone.add(new Program(List.of(java.toString(), "-version"), Map.of()).runIn(place.resolve("java")));
                console.accept("repetition %d: drain %.2f s, buffered %.2f s, write %.2f s, migrate %s s"
                        .formatted(
                                i,
                                last(drained).seconds(),
                                last(drainedBuffered).seconds(),
                                last(written).seconds(),
                                migrated.stream()
                                        .map(one -> "%.2f"
                                                .formatted(last(one.series()).seconds()))
                                        .collect(Collectors.joining(", "))));
            }
            return new Figures(
                    documents.count(), bytes, drained, drainedBuffered, written, migrated, listed, javaAlone);
        }

        private void read(boolean buffered) throws Exception {
            long seen = drain.read(buffered);
            if (bytes >= 0 && seen != bytes) {
                throw new IOException("drained %d bytes from %s, expected %d as the first time: keep others from it"
                        .formatted(seen, source.description(), bytes));
            }
            bytes = seen;
        }

        private void write() throws Exception {
            try (TestDatabase target = postgres.createDatabase()) {
                target.create(measured.tables().get(0));
                WriteAlone<?> alone = new WriteAlone<>(measured, documents.ids(), options);
                written.add(Taken.by(() -> alone.write(target)));
                requireRows(List.of(target), "the writing alone");
            }
        }

        private void migrate(Migrated one, Path place) throws Exception {
            List<TestDatabase> shards = new ArrayList<>();
            try (TestDatabase target = postgres.createDatabase()) {
                target.create(measured.tables().toArray(Tables[]::new));
                List<String> command = command();
                if (one.databases() > 1) {
                    for (int i = 0; i < one.databases(); i++) {
                        TestDatabase shard = postgres.createDatabase();
                        shards.add(shard);
                        shard.create(measured.tables().get(0));
                    }
                    command.add("--config=" + config(shards, place));
                }
                Taken taken = new Program(command, environment(target, one.jvmOptions())).runIn(place);
                requireRows(shards.isEmpty() ? List.of(target) : shards, "the migration, see " + place);
                one.series().add(taken);
                one.heaps().add(Heap.ofLogIn(place, taken.seconds()));
            } finally {
                for (TestDatabase shard : shards) {
                    shard.close();
                }
            }
        }

        private static Path config(List<TestDatabase> shards, Path place) throws IOException {
            List<String> entries = new ArrayList<>();
            for (TestDatabase shard : shards) {
                entries.add("{\"shards\": [%d, %d], \"jdbc-url\": \"%s?user=%s&password=%s\"}"
                        .formatted(entries.size(), entries.size(), shard.jdbcUrl(), shard.user(), shard.password()));
            }
            Files.createDirectories(place);
            return Files.writeString(
                    place.resolve("shards.json"), "{\"shards\": [" + String.join(", ", entries) + "]}");
        }

        private List<String> command() {
            List<String> command = new ArrayList<>(List.of(options.program().toString()));
            command.addAll(measured.words());
            command.add("--log-dir=logs");
            command.add("--couch-db=" + documents.database());
            command.add("--num-workers=" + options.workers());
            command.add("--chunk-size=" + options.chunkSize());
            return command;
        }

        private Map<String, String> environment(TestDatabase target, String jvmOptions) {
            Map<String, String> environment = new HashMap<>();
            environment.put("COUCHDB_URL", source.url().toString());
            environment.put("PGHOST", target.host());
            environment.put("PGPORT", String.valueOf(target.port()));
            environment.put("PGDATABASE", target.name());
            environment.put("PGUSER", target.user());
            environment.put("PGPASSWORD", target.password());
            environment.put("XDG_CACHE_HOME", cache().toString());
            environment.put("MIGRATOR_OPTS", (Heap.OPTION + " " + jvmOptions).strip());
            return environment;
        }

        private void requireRows(List<TestDatabase> targets, String writer) throws SQLException, IOException {
            long rows = 0;
            long blobs = 0;
            for (TestDatabase target : targets) {
                String its = target.query(measured.seen()).get(0);
                rows += Long.parseLong(its.substring(0, its.indexOf('|')));
                blobs += Long.parseLong(its.substring(its.indexOf('|') + 1));
            }
            String seen = "%d|%d".formatted(rows, blobs);
            if (!seen.equals(measured.expected())) {
                throw new IOException("wrong rows by %s: seen %s rows|bytes of blobs, expected %s"
                        .formatted(writer, seen, measured.expected()));
            }
        }

        private static Taken last(Series series) {
            return series.taken().get(series.taken().size() - 1);
        }
    }
}
