// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.testkit.postgres.PostgresServer;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs the benchmark: a table on the console, and the same figures as JSON. */
final class Benchmark {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private Benchmark() {}

    public static void main(String[] arguments) throws Exception {
        Options options = Options.fromSystemProperties();
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Path directory = Files.createDirectories(options.directory().resolve(TIME.format(Instant.now())));
        Machine machine = Machine.here();
        Optional<String> source = options.what().reads() ? Optional.of(Source.named()) : Optional.empty();
        Report report = new Report(machine, source, options);
        JsonReport json = new JsonReport(machine, source);
        console.print(report.head());
        try (Noise noise = Noise.begin();
                PostgresServer postgres = PostgresServer.start()) {
            switch (options.what()) {
                case MIGRATION, DOCUMENTS -> {
                    MigrationBenchmark benchmark = new MigrationBenchmark(
                            options.what() == Options.What.DOCUMENTS ? Subject::documents : Subject::blobs,
                            options,
                            postgres,
                            noise,
                            directory,
                            console::println);
                    benchmark.shareClasses();
                    List<Figures> all = new ArrayList<>();
                    for (int count : options.documents()) {
                        Figures figures = benchmark.measure(count);
                        all.add(figures);
                        console.println(report.table(figures));
                    }
                    if (all.size() > 1) {
                        console.println(report.growth(all));
                    }
                    json.addMigrations(all);
                }
                case UPSERTS -> {
                    WriteComparison<BlobRow> comparison = new WriteComparison<>(
                            UpsertWays.all(), Subject::blobs, options, postgres, console::println);
                    json.addWays(comparison.compareEach());
                }
                case COPIES -> {
                    WriteComparison<CopiedDocument> comparison = new WriteComparison<>(
                            CopyWays.all(), Subject::documents, options, postgres, console::println);
                    json.addWays(comparison.compareEach());
                }
            }
            Noise.Seen seen = noise.seen();
            console.println(seen);
            json.addNoise(seen);
        }
        Path file = directory.resolve("benchmark.json");
        json.writeTo(file);
        console.println("Written: " + file);
    }
}
