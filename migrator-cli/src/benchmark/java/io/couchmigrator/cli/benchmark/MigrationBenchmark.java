// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/** Measures a migration beside its floors. */
final class MigrationBenchmark {
    private static final int FEW = 100;
    private static final long LONGEST_WAIT_SECONDS = 60;

    private final Function<Documents, Subject<?>> subject;
    private final Options options;
    private final PostgresServer postgres;
    private final Noise noise;
    private final Path directory;
    private final Consumer<String> console;

    /** @param subject returns what is measured with some documents */
    MigrationBenchmark(
            Function<Documents, Subject<?>> subject,
            Options options,
            PostgresServer postgres,
            Noise noise,
            Path directory,
            Consumer<String> console) {
        this.subject = subject;
        this.options = options;
        this.postgres = postgres;
        this.noise = noise;
        this.directory = directory;
        this.console = console;
    }

    /** Loads so many documents and measures. */
    Figures measure(int count) throws Exception {
        Documents documents = new Documents(Source.databaseName(), count, options);
        Subject<?> measured = subject.apply(documents);
        long start = System.nanoTime();
        List<Reached> sources = new ArrayList<>();
        try (Source source = Source.load(documents, options)) {
            console.accept("%,d documents loaded into %s in %.0f s"
                    .formatted(count, source.description(), Taken.secondsSince(start)));
            try {
                for (Network network : options.networks()) {
                    Reached reached = Reached.over(network, source, documents, options);
                    sources.add(reached);
                    reached.figures()
                            .check()
                            .ifPresent(check -> console.accept("link %s: %s".formatted(network.name(), check)));
                }
                return new Measurement(documents, measured, options, postgres, program(documents, measured), console)
                        .repeat(sources, noise, directory);
            } finally {
                for (Reached reached : sources) {
                    reached.close();
                }
            }
        }
    }

    private MigrationProgram program(Documents documents, Subject<?> measured) {
        return new MigrationProgram(documents.database(), measured, options, postgres, cache());
    }

    /** Once, before all: whoever uses the program has started it before, and from its third start on Java finds its classes in an archive. */
    void shareClasses() throws Exception {
        Documents documents = new Documents(Source.databaseName(), FEW, options);
        try (Source source = Source.load(documents, options)) {
            MigrationProgram program = program(documents, subject.apply(documents));
            for (int i = 0; i < 2; i++) {
                program.migrate(Migrated.plain(), source.url(), directory.resolve("start-" + i));
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
}
