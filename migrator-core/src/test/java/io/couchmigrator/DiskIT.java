// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log directory that is full, read-only or gone in the middle of a run. Needs the right to mount, but for the last. */
@ExtendWith(MigratorExtension.class)
final class DiskIT {
    private static final int COUNT = 3_000;

    @TempDir
    private Path directory;

    private boolean mounted;

    @AfterEach
    void unmount() throws Exception {
        if (mounted) {
            assertThat(command("umount", directory.toString())).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void keepsTheFormerOffsetsWhereTheDiskIsFullAndGoesOnOnceItHasRoom(
            boolean verifies, CouchDouble couch, TestDatabase database) throws Exception {
        mount();
        Orders.create(couch, database, COUNT);
        if (verifies) {
            assertThat(migrator(couch, database, () -> {}).run().outcome()).isEqualTo(Outcome.COMPLETE);
        }
        Path ballast = directory.resolve("ballast");
        Path offsets = directory.resolve(verifies ? "orders.verify.offsets.json" : "orders.offsets.json");

        Migrator migrator = migrator(couch, database, () -> fill(ballast));
        Result full = verifies ? migrator.verify() : migrator.run();
        String kept = Files.readString(offsets);
        Files.delete(ballast);
        Migrator next = migrator(couch, database, () -> {});
        Result result = verifies ? next.verify() : next.run();

        assertFailed(full);
        assertThat(kept).contains("\"phase\": \"reading\"").endsWith("}\n");
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void refusesADiskThatBecameReadOnlyAndGoesOnOnceItIsNot(CouchDouble couch, TestDatabase database) throws Exception {
        mount();
        Orders.create(couch, database, COUNT);
        Stoppable self = new Stoppable();
        Migrator migrator = migrator(couch, database, self::stop);
        assertThat(self.run(migrator).outcome()).isEqualTo(Outcome.STOPPED);
        String offsets = Files.readString(directory.resolve("orders.offsets.json"));

        remount("ro");
        Result readOnly = migrator(couch, database, () -> {}).run();
        String kept = Files.readString(directory.resolve("orders.offsets.json"));
        remount("rw");
        Result result = migrator(couch, database, () -> {}).run();

        assertFailed(readOnly);
        assertThat(kept).isEqualTo(offsets);
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().read()).isLessThan(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    @Test
    void endsWhereTheDirectoryWasRemovedAndStartsOver(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, COUNT);
        Path logs = directory.resolve("logs");

        Result removed = migrator(couch, database, logs, () -> delete(logs)).run();
        Result result = migrator(couch, database, logs, () -> {}).run();

        assertFailed(removed);
        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(result.tallies().read()).isEqualTo(COUNT);
        assertThat(Orders.written(database)).isEqualTo(Orders.ids(COUNT));
    }

    private void assertFailed(Result result) {
        assertThat(result.outcome()).isEqualTo(Outcome.LOG_DIRECTORY_FAILED);
        assertThat(result.failures()).isNotEmpty().allSatisfy(failure -> assertThat(failure)
                .hasMessageContaining("could not ")
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("see that the disk has room and the directory can be written to"));
    }

    private Migrator migrator(CouchDouble couch, TestDatabase database, Runnable afterAFewBatches) {
        return migrator(couch, database, directory, afterAFewBatches);
    }

    private static Migrator migrator(CouchDouble couch, TestDatabase database, Path logs, Runnable afterAFewBatches) {
        AtomicBoolean done = new AtomicBoolean();
        return Orders.migrator(Orders.migration(), couch, database, logs)
                .listener(new Listener() {
                    @Override
                    public void progressed(Progress progress) {
                        if (progress.read() - progress.previously() >= 500 && !done.getAndSet(true)) {
                            afterAFewBatches.run();
                        }
                    }
                })
                .build();
    }

    private void mount() throws Exception {
        mounted = command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", directory.toString()) == 0;
        assumeTrue(mounted, "a file system can be mounted here");
    }

    private void remount(String mode) {
        try {
            assertThat(command("mount", "-o", "remount," + mode, directory.toString()))
                    .isZero();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static int command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of(words)).inheritIO().start();
        return process.waitFor();
    }

    /** Leaves no byte. */
    private static void fill(Path ballast) {
        try (OutputStream out = Files.newOutputStream(ballast)) {
            byte[] page = new byte[1024];
            while (true) {
                out.write(page);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left");
        }
    }

    private static void delete(Path logs) {
        try (Stream<Path> files = Files.walk(logs)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
