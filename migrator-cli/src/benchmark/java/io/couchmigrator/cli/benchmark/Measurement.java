// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The repetitions with the documents in place. The phases take turns, so that whatever else the machine does hits all alike. */
final class Measurement {
    private final Series written = new Series("write alone");
    private final Series listed = new Series("migrator list");
    private final Series javaAlone = new Series("java -version");
    private final Documents documents;
    private final Subject<?> subject;
    private final Options options;
    private final PostgresServer postgres;
    private final MigrationProgram program;
    private final Consumer<String> console;
    private long bytes = -1;

    Measurement(
            Documents documents,
            Subject<?> subject,
            Options options,
            PostgresServer postgres,
            MigrationProgram program,
            Consumer<String> console) {
        this.documents = documents;
        this.subject = subject;
        this.options = options;
        this.postgres = postgres;
        this.program = program;
        this.console = console;
    }

    /**
     * Measures as often as is asked for.
     *
     * @param sources the source over each network
     * @param directory where each repetition has a place of its own
     */
    Figures repeat(List<Reached> sources, Noise noise, Path directory) throws Exception {
        for (int i = 1; i <= options.repetitions(); i++) {
            Path place = directory.resolve("%d-%d".formatted(documents.count(), i));
            Noise.Look look = noise.look();
            write();
            console.accept("repetition %d: %s; write %.2f s".formatted(i, look, written.last()));
            int number = 0;
            for (Reached source : sources) {
                OverNetwork figures = source.figures();
                figures.drain().add(Taken.by(() -> read(source.drain(), false)));
                figures.drainBuffered().add(Taken.by(() -> read(source.drain(), true)));
                for (Migrated one : figures.migrations()) {
                    Path its = place.resolve("migrate-" + number++);
                    one.series().add(program.migrate(one, source.url(), its));
                    one.heaps().add(Heap.ofLogIn(its, one.series().last()));
                }
                console.accept(line(figures));
            }
            listed.add(
                    new Program(List.of(options.program().toString(), "list"), Map.of()).runIn(place.resolve("list")));
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            javaAlone.add(new Program(List.of(java.toString(), "-version"), Map.of()).runIn(place.resolve("java")));
        }
        List<OverNetwork> networks = new ArrayList<>();
        sources.forEach(source -> networks.add(source.figures()));
        return new Figures(documents.count(), bytes, written, networks, listed, javaAlone);
    }

    private static String line(OverNetwork figures) {
        return "    %s: drain %.2f s, buffered %.2f s, migrate %s s"
                .formatted(
                        figures.network().isNone()
                                ? "no network"
                                : figures.network().name(),
                        figures.drain().last(),
                        figures.drainBuffered().last(),
                        figures.migrations().stream()
                                .map(one -> "%.2f".formatted(one.series().last()))
                                .collect(Collectors.joining(", ")));
    }

    private void read(Drain drain, boolean buffered) throws Exception {
        long seen = drain.read(buffered);
        if (bytes >= 0 && seen != bytes) {
            throw new IOException("drained %d bytes from %s, expected %d as the first time: keep others from it"
                    .formatted(seen, documents.database(), bytes));
        }
        bytes = seen;
    }

    private void write() throws Exception {
        try (TestDatabase target = postgres.createDatabase()) {
            target.create(subject.tables().get(0));
            WriteAlone<?> alone = new WriteAlone<>(subject, documents.ids(), options);
            written.add(Taken.by(() -> alone.write(target)));
            subject.requireRows(List.of(target), "the writing alone");
        }
    }
}
