// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.Result.Depth;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class OwnersOnlyTest {
    @TempDir
    private Path place;

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void mayReadWhateverIsMade() throws IOException {
        Path logs = place.resolve("logs");

        try (LogDirectory run = LogDirectory.open(logs, "orders", "run", Instant.now());
                LineFile log = LineFile.fresh(run.migrationLog(0));
                HistoryFile history = HistoryFile.open(run.history(), Clock.systemUTC())) {
            log.append("{}");
            history.started(new JsonObject());
            WholeFile.replace(run.offsets(), file -> file.write('x'));
        }
        LogDirectory.openToVerify(logs, "orders", Depth.FULL, Instant.now()).close();

        assertThat(mode(logs)).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(logs)) {
            assertThat(files).hasSize(5).allSatisfy(file -> assertThat(mode(file))
                    .isEqualTo("rw-------"));
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void leavesWhatIsThereAsItWasGiven() throws IOException {
        Path lock = given("orders.lock", "rw-rw-r--");
        Path history = given("orders.history.jsonl", "rw-r-----");
        String directory = mode(place);

        try (LogDirectory run = LogDirectory.open(place, "orders", "run", Instant.now());
                HistoryFile lines = HistoryFile.open(run.history(), Clock.systemUTC())) {
            lines.started(new JsonObject());
        }

        assertThat(mode(lock)).isEqualTo("rw-rw-r--");
        assertThat(mode(history)).isEqualTo("rw-r-----");
        assertThat(mode(place)).isEqualTo(directory);
    }

    @Test
    void areNoMatterWhereTheFileSystemHasNoModes() throws IOException {
        URI archive = URI.create("jar:" + place.resolve("files.zip").toUri());

        try (FileSystem without = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            assertThat(OwnersOnly.file(without.getPath("offsets"))).isEmpty();
            assertThat(OwnersOnly.directory(without.getPath("logs"))).isEmpty();
        }
    }

    private Path given(String name, String mode) throws IOException {
        return Files.setPosixFilePermissions(
                Files.createFile(place.resolve(name)), PosixFilePermissions.fromString(mode));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
