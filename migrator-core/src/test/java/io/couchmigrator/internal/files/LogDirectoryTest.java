// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import io.couchmigrator.BusyException;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.Result.Depth;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LogDirectoryTest {
    private static final Instant NOW = Instant.parse("2018-10-24T20:58:39.999Z");

    @TempDir
    private Path place;

    @Test
    void isMadeIfItIsNotThere() {
        Path logs = place.resolve("two levels/down");

        try (LogDirectory directory = LogDirectory.open(logs, "orders", "run", NOW)) {
            assertThat(directory.offsets()).isEqualTo(logs.resolve("orders.offsets.json"));
            assertThat(directory.migrationLog(3)).isEqualTo(logs.resolve("orders-run-20181024T205839Z.txt.3"));
        }
    }

    @Test
    void mayBeALinkToADirectory() throws IOException {
        Files.createDirectory(place.resolve("disk"));
        Path link = Files.createSymbolicLink(place.resolve("logs"), place.resolve("disk"));

        Probe.of(link, "orders");
        LogDirectory.open(link, "orders", "run", NOW).close();

        assertThat(place.resolve("disk/orders.lock")).exists();
    }

    @Test
    void isRefusedIfItIsAFile() throws IOException {
        Path file = Files.createFile(place.resolve("logs"));

        for (Path wrong : List.of(file, file.resolve("below"))) {
            assertThatThrownBy(() -> LogDirectory.open(wrong, "orders", "run", NOW))
                    .isInstanceOf(LogDirectoryException.class)
                    .hasMessageContaining(file.toString());
            assertThatThrownBy(() -> Probe.of(wrong, "orders"))
                    .isInstanceOf(LogDirectoryException.class)
                    .hasMessageContaining("\"" + file + "\" is a file");
        }
    }

    /** A pipe that is opened is waited for without end. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lock",
                "verify.lock",
                "offsets.json",
                "verify.offsets.json",
                "verify-ids.offsets.json",
                "verify-counts.offsets.json",
                "rejects.jsonl",
                "history.jsonl",
                "history.jsonl.1"
            })
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void isRefusedWhereSomethingElseIsInThePlaceOfAFile(String name) throws Exception {
        Path path = place.resolve("orders." + name);
        List<ThrowingCallable> looks = List.of(
                () -> Probe.of(place, "orders"),
                () -> LogDirectory.open(place, "orders", "run", NOW),
                () -> LogDirectory.openToVerify(place, "orders", Depth.FULL, NOW),
                () -> MigrationInfo.of(place, "orders"),
                () -> MigrationInfo.outstanding(place, "orders"));

        Files.createDirectory(path);
        assertThat(looks).allSatisfy(look -> assertThatThrownBy(look)
                .isInstanceOf(LogDirectoryException.class)
                .hasMessage(
                        "\"%s\" is a directory, not a regular file: move it away, put back the file that was there, if one was, and try again",
                        path));
        Files.delete(path);
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
        assertThat(looks).allSatisfy(look -> assertThatThrownBy(look)
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageStartingWith("\"%s\" is a pipe or a device, not a regular file: move it away, ", path));
        assertThat(MigrationInfo.tables(place, "orders")).isEmpty();
    }

    @Test
    void leavesNoTraceOfAProbe() {
        Path logs = place.resolve("logs");

        Probe.of(logs, "orders");

        assertThat(place).isEmptyDirectory();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void isRefusedWhereItCannotBeCreated() {
        assertThatThrownBy(() -> Probe.of(Path.of("/proc/migrator_test_logs"), "orders"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("log directory \"/proc");
    }

    @Test
    void isHeldByOneRunnerOfASlug() {
        try (LogDirectory held = LogDirectory.open(place, "orders", "run", NOW);
                LogDirectory other =
                        LogDirectory.open(place.resolve("../" + place.getFileName()), "other", "run", NOW)) {
            String refusal = "is in use: another run of this process holds the lock \"orders.lock\"";
            for (Path same : List.of(place, place.resolve("."), place.resolve("x/.."))) {
                assertThatThrownBy(() -> LogDirectory.open(same, "orders", "run", NOW.plusSeconds(60)))
                        .isInstanceOf(BusyException.class)
                        .hasMessageContaining(refusal);
                assertThatThrownBy(() -> Probe.of(same, "orders"))
                        .isInstanceOf(BusyException.class)
                        .hasMessageContaining(refusal);
            }
            assertThat(other.offsets().getFileName()).hasToString("other.offsets.json");
            assertThat(held.offsets().getFileName()).hasToString("orders.offsets.json");
        }
        assertThatCode(() -> LogDirectory.open(place, "orders", "run", NOW).close())
                .doesNotThrowAnyException();
    }

    @Test
    void isHeldByOneRunnerHoweverItIsReached() throws IOException {
        Path link = Files.createSymbolicLink(place.resolve("link"), place);

        try (LogDirectory held = LogDirectory.open(place, "orders", "run", NOW)) {
            assertThatThrownBy(() -> LogDirectory.open(link, "orders", "run", NOW))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("another run of this process");
            assertThat(held.run()).isNotNull();
        }
    }

    @Test
    void isHeldAgainstOtherProcessesEvenAfterOneOfThisWasRefused() throws Exception {
        try (LogDirectory held = LogDirectory.open(place, "orders", "run", NOW)) {
            assertThatThrownBy(() -> LogDirectory.open(place, "orders", "run", NOW))
                    .isInstanceOf(BusyException.class);
            assertThatThrownBy(() -> Probe.of(place, "orders")).isInstanceOf(BusyException.class);

            assertThat(inAnotherProcess(place.resolve("orders.lock")))
                    .contains("is in use: process %d on host %s, since %s holds the lock"
                            .formatted(ProcessHandle.current().pid(), Signature.host(), NOW));
            assertThat(held.run()).isNotNull();
        }
        assertThat(inAnotherProcess(place.resolve("orders.lock"))).isEqualTo("free");
    }

    @Test
    void isHeldWhileAnotherProcessLooks() throws Exception {
        LogDirectory.open(place, "orders", "run", NOW).close();
        Process looking = started(LockLook.class, place.resolve("orders.lock"));
        try {
            assertThat(looking.getInputStream().read()).isEqualTo(LockLook.LOOKS);

            LogDirectory.open(place, "orders", "run", NOW).close();
        } finally {
            looking.getOutputStream().close();
        }
        assertThat(looking.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(looking.exitValue()).isZero();
    }

    /** The history is that of a run that has not ended. */
    @Test
    void isNotTakenForKilledWhileItIsHeldThoughLookersKeptThatFromBeingShown() throws Exception {
        Files.writeString(place.resolve("orders.history.jsonl"), """
                {"at":"2018-10-24T20:00:00Z","event":"run started","pid":1,"host":"db1","settings":{"purpose":"migrate"}}
                """);
        LogDirectory.open(place, "orders", "run", NOW).close();
        assertThat(stateInAnotherProcess()).isEqualTo("KILLED");
        Process looking = started(LockLook.class, place.resolve("orders.lock"));
        assertThat(looking.getInputStream().read()).isEqualTo(LockLook.LOOKS);

        try (LogDirectory held = LogDirectory.open(place, "orders", "run", NOW)) {
            assertThat(stateInAnotherProcess()).isEqualTo("RUNNING");
            looking.getOutputStream().close();
            assertThat(looking.waitFor(1, TimeUnit.MINUTES)).isTrue();

            held.show();

            assertThat(inAnotherProcess(place.resolve("orders.lock"))).contains("is in use: process ");
        }
        assertThat(stateInAnotherProcess()).isEqualTo("KILLED");
    }

    private String stateInAnotherProcess() throws Exception {
        return said(started(StateLook.class, place));
    }

    @Test
    void isHeldWhileThisProcessLooksAllTheTime() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        Thread looking = new Thread(() -> {
            while (!done.get()) {
                looked();
            }
        });
        looking.start();
        try {
            for (int run = 0; run < 200; run++) {
                LogDirectory.open(place, "orders", "run", NOW).close();
            }
        } finally {
            done.set(true);
            looking.join();
        }
    }

    @Test
    void namesAVerificationThatHoldsIt() throws Exception {
        LogDirectory.open(place, "orders", "run", NOW).close();
        try (LogDirectory held = LogDirectory.openToVerify(place, "orders", Depth.FULL, NOW)) {
            assertThat(inAnotherProcess(place.resolve("orders.lock")))
                    .contains("is in use: a verification, process %d on host"
                            .formatted(ProcessHandle.current().pid()));
            assertThat(held.run()).isNotNull();
        }
        assertThat(inAnotherProcess(place.resolve("orders.lock"))).isEqualTo("free");
    }

    private void looked() {
        try {
            assertThat(LogDirectory.held(place, "orders").filter(held -> held.verifies()))
                    .isEmpty();
            Probe.of(place, "orders");
        } catch (BusyException e) {
            assertThat(e).hasMessageContaining("another run of this process");
        }
    }

    @Test
    void namesTheNextHolderInTheSameFile() throws IOException {
        Path lock = place.resolve("orders.lock");
        Files.writeString(lock, "x".repeat(10_000));
        Object key = Files.readAttributes(lock, BasicFileAttributes.class).fileKey();

        LogDirectory.open(place, "orders", "run", NOW).close();

        assertThat(JsonParser.parseString(Files.readString(lock))
                        .getAsJsonObject()
                        .get("since")
                        .getAsString())
                .isEqualTo(NOW.toString());
        assertThat(Files.readAttributes(lock, BasicFileAttributes.class).fileKey())
                .isEqualTo(key);
    }

    @Test
    void givesNoTwoRunsTheSameSecond() throws IOException {
        Set<Path> runs = new HashSet<>();
        for (int run = 0; run < 5; run++) {
            try (LogDirectory directory = LogDirectory.open(place, "orders", "run", NOW)) {
                runs.add(directory.run());
                Files.createFile(directory.migrationLog(0));
            }
        }

        assertThat(runs).hasSize(5).contains(place.resolve("orders-run-20181024T205843Z"));
    }

    @Test
    void putsFilesAsideUnderNamesThatNobodyHas() throws IOException {
        for (int run = 0; run < 3; run++) {
            try (LogDirectory directory = LogDirectory.open(place, "orders", "run", NOW)) {
                assertThat(directory.setAside(directory.offsets())).isEmpty();
                Files.writeString(directory.offsets(), "run " + run);
                assertThat(directory.setAside(directory.offsets()))
                        .hasValueSatisfying(aside -> assertThat(aside).exists());
                assertThat(directory.offsets()).doesNotExist();
            }
        }
        assertThat(place.resolve("orders.offsets.json.20181024T205841Z.bak")).hasContent("run 2");
    }

    private static String inAnotherProcess(Path lock) throws Exception {
        return said(started(LockProbe.class, lock));
    }

    private static String said(Process process) throws Exception {
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return said.strip();
    }

    private static Process started(Class<?> program, Path place) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName(),
                        place.toString())
                .redirectErrorStream(true)
                .start();
    }
}
