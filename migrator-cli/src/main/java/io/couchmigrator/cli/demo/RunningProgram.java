// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A program that runs and whose output is passed on line by line. Closing kills it. */
final class RunningProgram implements AutoCloseable {
    private final Process process;
    private final Thread reader;
    private volatile boolean killed;

    RunningProgram(Process process, Consumer<String> lines) throws IOException {
        this.process = process;
        this.reader = new Thread(() -> passOn(lines), "demo-console");
        reader.setDaemon(true);
        reader.start();
        process.getOutputStream().close();
    }

    /** The launcher becomes the Java process, so this is the migrator's own id. */
    long id() {
        return process.pid();
    }

    /** Waits so long at most and returns whether it has ended. */
    boolean endsWithin(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits until it has ended and its output is passed on, and returns the exit status. */
    int awaitEnd() throws InterruptedException {
        int status = process.waitFor();
        reader.join();
        return status;
    }

    /** Kills it, as {@code kill -9} does: it has no chance to do anything before. */
    @Override
    public void close() {
        killed = true;
        process.destroyForcibly();
    }

    private void passOn(Consumer<String> lines) {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                lines.accept(line);
            }
        } catch (IOException e) {
            // Killing it closes its output before it has ended.
            if (process.isAlive() && !killed) {
                throw new UncheckedIOException("the output of process %s cannot be read".formatted(id()), e);
            }
        }
    }
}
