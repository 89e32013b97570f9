// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.rolling.RollingPolicy;
import ch.qos.logback.core.rolling.RolloverFailure;
import ch.qos.logback.core.rolling.helper.CompressionMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Keeps the last few log files that were full, of which {@code ….1} is the latest. Logback's own policies take the name of
 * a file for a pattern, in which nothing says that {@code %} is no more than that.
 */
final class NumberedFiles implements RollingPolicy {
    private final Path file;
    private final int most;
    private boolean started;

    /** @param most how many to keep beside the one that is written */
    NumberedFiles(Path file, int most) {
        this.file = file;
        this.most = most;
    }

    @Override
    public void rollover() {
        try {
            for (int number = most - 1; number > 0; number--) {
                move(numbered(number), numbered(number + 1));
            }
            move(file, numbered(1));
        } catch (IOException e) {
            throw new RolloverFailure("could not rename log files in %s".formatted(file.getParent()), e);
        }
    }

    @Override
    public String getActiveFileName() {
        return file.toString();
    }

    @Override
    public CompressionMode getCompressionMode() {
        return CompressionMode.NONE;
    }

    @Override
    public void setParent(FileAppender<?> appender) {}

    @Override
    public void start() {
        started = true;
    }

    @Override
    public void stop() {
        started = false;
    }

    @Override
    public boolean isStarted() {
        return started;
    }

    private Path numbered(int number) {
        return file.resolveSibling(file.getFileName() + "." + number);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            // There are not so many yet.
        }
    }
}
