// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Tells stories until the time is over, or one ends badly: then with status 1, and its files are left. */
final class Chaos {
    private final Options options;
    private final List<PostgresServer> servers;
    private final PrintStream console;
    private final Tally total = new Tally();

    private Chaos(Options options, List<PostgresServer> servers, PrintStream console) {
        this.options = options;
        this.servers = servers;
        this.console = console;
    }

    public static void main(String[] arguments) throws Exception {
        Options options = Options.fromSystemProperties();
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        console.println("chaos: -Dchaos.seed="
                + String.join(",", options.seeds().stream().map(String::valueOf).toList()));
        boolean held;
        try (PostgresServer first = PostgresServer.start();
                PostgresServer second = PostgresServer.start()) {
            Chaos chaos = new Chaos(options, List.of(first, second), console);
            held = chaos.tellAll() && chaos.total.stories() > 0;
            console.print(chaos.total.table());
        }
        console.println(
                held
                        ? "Held: no row missing, doubled, misplaced or wrong, no reject lost."
                        : "BROKEN, or nothing told to its end: see above.");
        if (!held) {
            System.exit(1);
        }
    }

    private boolean tellAll() throws IOException, SQLException, InterruptedException {
        Duration share = options.duration().dividedBy(options.seeds().size());
        for (long seed : options.seeds()) {
            if (!tellSeries(seed, share)) {
                return false;
            }
        }
        return true;
    }

    /** The story after that of a seed is that of the next number, so that each can be told alone by its own. */
    private boolean tellSeries(long seed, Duration share) throws IOException, SQLException, InterruptedException {
        long start = System.nanoTime();
        int told = 0;
        do {
            if (!tell(Story.of(seed + told))) {
                return false;
            }
            told++;
        } while (System.nanoTime() - start < share.toNanos() && (options.stories() == 0 || told < options.stories()));
        return true;
    }

    private boolean tell(Story story) throws IOException, SQLException, InterruptedException {
        long start = System.nanoTime();
        Path directory = options.directory().resolve(String.valueOf(story.seed()));
        delete(directory);
        Files.createDirectories(directory);
        Teller teller = new Teller(story, servers, directory);
        try {
            String digest = teller.tell();
            console.printf(
                    "%s: %d kills, %d faults, rows %.12s, %d s%n",
                    story,
                    teller.tally().kills(),
                    teller.tally().faults(),
                    digest,
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start));
            delete(directory);
            teller.tally().story();
            total.add(teller.tally());
            return true;
        } catch (AbandonedException e) {
            console.printf("%s: abandoned, and not counted: %s%n", story, e.getMessage());
            return true;
        } catch (Violation e) {
            String found = "%s%n%s%ntell it again: mvn -Pchaos verify -Dchaos.seed=%d -Dchaos.stories=1%n"
                    .formatted(story, e.getMessage(), story.seed());
            Files.writeString(directory.resolve("violation.txt"), found);
            console.printf("BROKEN in %sits files: %s%n", found, directory);
            total.add(teller.tally());
            return false;
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.notExists(directory)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
