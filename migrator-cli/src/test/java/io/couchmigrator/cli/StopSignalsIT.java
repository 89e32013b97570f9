// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StopSignalsIT {
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        processes.forEach(Process::destroyForcibly);
    }

    @ParameterizedTest
    @CsvSource({"HUP,129", "INT,130", "TERM,143"})
    void theFirstStopsTheRunAndNamesTheStatus(String signal, int status) throws Exception {
        Process process = start("exec \"$@\"");

        send(signal, process);
        process.getOutputStream().close();

        assertThat(process.inputReader(StandardCharsets.UTF_8).lines()).containsExactly("stopping", "saved");
        assertThat(process.waitFor()).isEqualTo(status);
    }

    @Test
    void theSecondHaltsAtOnce() throws Exception {
        Process process = start("exec \"$@\"", "never");
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);

        send("INT", process);
        assertThat(output.readLine()).isEqualTo("stopping");
        sendUntilItEnds("TERM", process);

        assertThat(process.waitFor()).isEqualTo(143);
        assertThat(output.readLine()).isNull();
    }

    @Test
    void whatIsIgnoredStaysIgnored() throws Exception {
        Process process = start("trap '' HUP; exec \"$@\"");

        send("HUP", process);
        send("TERM", process);
        process.getOutputStream().close();

        assertThat(process.inputReader(StandardCharsets.UTF_8).lines()).containsExactly("stopping", "saved");
        assertThat(process.waitFor()).isEqualTo(143);
    }

    /** Starts the program through a shell that becomes it, and waits until it handles signals. */
    private Process start(String script, String... words) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", script, "sh"));
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SignalProgram.class.getName()));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(DefaultSignals.of(command))
                .redirectErrorStream(true)
                .start();
        processes.add(process);
        assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("ready");
        return process;
    }

    /** What comes at once is part of the first. */
    private static void sendUntilItEnds(String signal, Process process) {
        await().pollInterval(Duration.ofMillis(200))
                .atMost(Duration.ofMinutes(1))
                .until(() -> {
                    if (process.isAlive()) {
                        send(signal, process);
                    }
                    return !process.isAlive();
                });
    }

    private static void send(String signal, Process process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid())).start();
        kill.waitFor();
    }
}
