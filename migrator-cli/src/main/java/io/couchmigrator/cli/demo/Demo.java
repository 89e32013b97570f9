// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import io.couchmigrator.testkit.commcare.SampleDocuments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Embedded servers with invented documents, on which the migrator is shown or can be tried. Whatever
 * way it ends, servers, processes and files end with it.
 */
public final class Demo {
    private static final long SEED = 20181024;
    private static final int DOCUMENTS = 24_000;
    private static final int DOCUMENTS_FOR_PRACTICE = 15_000;
    private static final int BYTES = 500;

    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final Duration PAUSE_FOR_PRACTICE = Duration.ofMillis(30);

    private final Consumer<String> console;
    private final Path launcher;

    /**
     * Makes a demo that tells what it does, line by line.
     *
     * @param launcher the program {@code bin/migrator}
     */
    public Demo(Consumer<String> console, Path launcher) {
        this.console = console;
        this.launcher = launcher;
    }

    /**
     * Shows that a migration that is killed midway ends in exact rows.
     *
     * @param keep whether to leave the servers up until the process is ended instead, so that the runbook can be
     *     practised
     * @return the exit status: 0 if all is as it should be, else 1
     */
    public int run(boolean keep) {
        return told((narrator, closer) -> show(keep, narrator, closer));
    }

    /**
     * Shows that all documents of a database come, edits and deletions included, and what can be asked of them in SQL.
     *
     * @param keep whether to leave the servers up until the process is ended instead, so that it can be practised
     * @return the exit status: 0 if all is as it should be, else 1
     */
    public int ofDocuments(boolean keep) {
        return told((narrator, closer) -> showDocuments(keep, narrator, closer));
    }

    /** What a demo shows; it returns whether all was as it should be. */
    private interface Story {
        boolean tell(Narrator narrator, Closer closer)
                throws IOException, SQLException, InterruptedException, UnfitPlaceException;
    }

    private int told(Story story) {
        Instant start = Instant.now();
        Narrator narrator = new Narrator(console);
        try (Closer closer = new Closer(narrator)) {
            boolean good = story.tell(narrator, closer);
            narrator.say(
                    "",
                    good
                            ? "The demo succeeded in %s s: run the same command again until it exits with 0, and the rows are exact."
                                    .formatted(Duration.between(start, Instant.now())
                                            .toSeconds())
                            : "The demo failed: see above. Please report this bug, with all these lines.");
            return good ? 0 : 1;
        } catch (UnfitPlaceException e) {
            e.lines().forEach(narrator::say);
            return 1;
        } catch (IOException | SQLException | IllegalStateException e) {
            // Servers that are closed below the story let it fail: that is no news.
            if (narrator.isSilent()) {
                return 1;
            }
            throw new IllegalStateException("the demo could not go on: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private boolean show(boolean keep, Narrator narrator, Closer closer)
            throws IOException, SQLException, InterruptedException, UnfitPlaceException {
        SampleDocuments sample =
                SampleDocuments.of("commcarehq", SEED, keep ? DOCUMENTS_FOR_PRACTICE : DOCUMENTS, BYTES);
        narrator.say(
                keep
                        ? "Couch Migrator, practice: servers to try the runbook on. Nothing here touches a server of yours."
                        : "Couch Migrator, demo: a migration is killed midway, and ends in exact rows all the same.");
        narrator.part(
                1,
                "Embedded servers, with a sample of %s documents (seed %s)."
                        .formatted(Narrator.number(keep ? DOCUMENTS_FOR_PRACTICE : DOCUMENTS), SEED));
        Path directory = directory(closer);
        Servers servers = fit(() -> Servers.start(sample, keep ? PAUSE_FOR_PRACTICE : PAUSE, closer));
        tellServers(narrator, servers, ", with the tables of CommCare HQ; blobs_blobmeta is empty.");
        Program program = new Program(launcher, directory, servers.environment());
        if (keep) {
            new Practice(narrator, servers, program).offerRunbook();
        }
        return new KillAndResume(narrator, sample, servers, program, closer).tell();
    }

    private boolean showDocuments(boolean keep, Narrator narrator, Closer closer)
            throws IOException, SQLException, InterruptedException, UnfitPlaceException {
        Shop shop = new Shop(SEED, DOCUMENTS);
        narrator.say(
                keep
                        ? "Couch Migrator, practice: servers to copy a database on. Nothing here touches a server of yours."
                        : "Couch Migrator, demo: all documents of a database, as they are, in a table to be asked in SQL.");
        narrator.part(
                1,
                "Embedded servers, with %s invented documents of a shop (seed %s)."
                        .formatted(Narrator.number(shop.documents().size()), SEED));
        Path directory = directory(closer);
        Servers servers = fit(() -> Servers.start(keep ? PAUSE_FOR_PRACTICE : PAUSE, closer));
        servers.couch().create(Shop.DATABASE).load(shop.documents().stream());
        tellServers(narrator, servers, ", which is empty.");
        Program program = new Program(launcher, directory, servers.environment());
        if (keep) {
            new Practice(narrator, servers, program).offerShop();
        }
        return new ShopInSql(narrator, shop, servers, program, closer).tell();
    }

    private static void tellServers(Narrator narrator, Servers servers, String target) {
        narrator.say(
                "   From: a double of CouchDB at %s, slowed down a little so that there is time to watch."
                        .formatted(servers.couch().url()),
                "   To: a real PostgreSQL at %s:%s%s"
                        .formatted(servers.target().host(), servers.target().port(), target));
    }

    private static Path directory(Closer closer) throws IOException {
        Path directory = Files.createTempDirectory("migrator-demo-");
        closer.add(() -> delete(directory));
        return directory;
    }

    private interface Start {
        Servers servers() throws IOException, SQLException;
    }

    private static Servers fit(Start start) throws SQLException, UnfitPlaceException {
        try {
            return start.servers();
        } catch (IOException e) {
            throw new UnfitPlaceException(e);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        }
    }
}
