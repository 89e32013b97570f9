// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.couchmigrator.CouchServer;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.Listener;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.Sources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class ThrottleFileTest {
    @TempDir
    private Path logs;

    private final List<String> told = new ArrayList<>();
    private final CouchClient couch =
            new CouchClient(CouchServer.builder("http://localhost:5984").build());
    private Path path;
    private Sources sources;
    private ThrottleFile file;
    private long nanos = Long.MAX_VALUE - 1;

    @BeforeEach
    void begin() {
        StopSignal stop = new StopSignal();
        Reporter reporter = new Reporter(new Teller(), () -> nanos);
        Patience patience = new Patience("CouchDB", Duration.ZERO, stop, reporter, Clock.systemUTC());
        path = logs.resolve("orders.throttle");
        sources = new Sources(couch, Reading.WHOLE, patience, 1, 700, 10, stop, reporter);
        file = new ThrottleFile(path, Settings.Limits.DEFAULT.documentsPerSecond(700), sources, reporter);
    }

    @AfterEach
    void end() {
        couch.close();
    }

    @Test
    void saysNothingWhereThereIsNone() {
        file.look().run();
        file.look().run();

        assertThat(told).isEmpty();
    }

    @Test
    void changesTheSpeedUntilItIsDeletedOrEmpty() throws IOException {
        says("500\n");
        says("500");
        says("0");
        says("");
        says(" 20 ");
        Files.delete(path);
        file.look().run();

        assertThat(told).containsExactly("500 a second", "0 a second", "700 a second", "20 a second", "700 a second");
    }

    @Test
    void pausesUntilItSaysSomethingElse() throws IOException {
        says("pause\n");
        assertThat(sources.isPaused()).isTrue();
        says("700");
        assertThat(sources.isPaused()).isFalse();
        says("20");
        says("pause");
        Files.delete(path);
        file.look().run();

        assertThat(sources.isPaused()).isFalse();
        assertThat(told).containsExactly("paused", "goes on", "20 a second", "paused", "goes on", "700 a second");
    }

    @Test
    void tellsAPauseEachMinuteWhileItLasts() throws IOException {
        says("pause");
        for (int second = 0; second < 125; second++) {
            nanos += 1_000_000_000;
            file.look().run();
        }

        assertThat(told).containsExactly("paused", "paused", "paused");
    }

    @Test
    void tellsNonsenseOncePerChangeAndLeavesAllAsItWas() throws IOException {
        says("pause");
        for (String nonsense : List.of("paused", "-1", "1e3", "12345678901", "x".repeat(100_000), "\u0000\ud800?")) {
            says(nonsense);
            file.look().run();
        }

        assertThat(sources.isPaused()).isTrue();
        assertThat(told).hasSize(1 + 6).first().isEqualTo("paused");
        assertThat(told.subList(1, 7)).allSatisfy(line -> assertThat(line)
                .startsWith("Throttle file \"%s\" is not understood, seen \"".formatted(path))
                .endsWith("\", expected a number of documents a second, or pause; what held before still holds.")
                .hasSizeLessThan(1_000));
    }

    @Test
    void isToldToBeNoFileAndReadOnceItIsOne() throws IOException {
        Files.createDirectory(path);
        file.look().run();
        file.look().run();
        Files.delete(path);
        says("pause");

        assertThat(told)
                .containsExactly(
                        "Throttle file \"%s\" is not heeded: it is a directory, not a regular file: put a file in its place; what held before still holds."
                                .formatted(path),
                        "paused");
    }

    /** Root may read everything. */
    @Test
    void isToldNotToBeHeededWhereItMayNotBeReadUntilItMay() throws IOException {
        Files.writeString(path, "pause");
        Files.setPosixFilePermissions(path, Set.of());
        assumeThat(Files.isReadable(path)).isFalse();
        file.look().run();
        file.look().run();
        boolean heeded = sources.isPaused();
        Files.setPosixFilePermissions(path, Set.of(PosixFilePermission.OWNER_READ));
        file.look().run();

        assertThat(heeded).isFalse();
        assertThat(told)
                .containsExactly(
                        "Throttle file \"%1$s\" is not heeded: it cannot be read: chmod u+r '%1$s'; what held before still holds."
                                .formatted(path),
                        "paused");
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void isNotOpenedWhereItIsAPipe() throws Exception {
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();

        file.look().run();

        assertThat(told).singleElement().asString().contains("it is a pipe or a device, not a regular file: ");
    }

    private void says(String text) throws IOException {
        Files.writeString(path, text.replace('\ud800', '?'));
        file.look().run();
    }

    private final class Teller implements Listener {
        @Override
        public void waiting(Wait wait) {
            assertThat(wait.on()).isEqualTo(path.toString());
            told.add("paused");
        }

        @Override
        public void resumed(Wait wait) {
            told.add("goes on");
        }

        @Override
        public void throttled(Path by, int documentsPerSecond) {
            told.add(documentsPerSecond + " a second");
        }

        @Override
        public void warned(String message) {
            told.add(message);
        }
    }
}
