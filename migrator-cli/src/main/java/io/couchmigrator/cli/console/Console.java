// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import io.couchmigrator.cli.text.IoReason;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines to a terminal, in UTF-8 whatever the locale, and to the summary file once there is one. A terminal that
 * is gone, or a summary file that cannot be written, is left alone from then on: neither is a reason to fail a run.
 *
 * <p>Safe for use by multiple threads.
 */
public final class Console implements AutoCloseable {
    private static final Pattern LINE_END = Pattern.compile("\\s*\\R\\s*");

    private @Nullable OutputStream terminal;
    private @Nullable OutputStream summary;
    private @Nullable List<String> before = new ArrayList<>();

    /** Writes to this stream, which the caller closes. */
    public Console(OutputStream terminal) {
        this.terminal = terminal;
    }

    /** Writes one line. Line ends in it become blanks; control characters, which could steer a terminal, question marks. */
    public synchronized void line(String text) {
        String line = printable(text) + "\n";
        writeToTerminal(line);
        if (before != null) {
            before.add(line);
        }
        writeToSummary(line);
    }

    /** Writes each as one line. */
    public void lines(List<String> texts) {
        texts.forEach(this::line);
    }

    /** Keeps all lines, those from before included, in a new file as well. */
    public synchronized void keepIn(Path file) {
        List<String> lines = before == null ? List.of() : before;
        before = null;
        try {
            summary = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException e) {
            writeToTerminal("Warning: this output is not kept: cannot create %s: %s%n".formatted(file, IoReason.of(e)));
            return;
        }
        lines.forEach(this::writeToSummary);
    }

    private void writeToTerminal(String line) {
        if (terminal == null) {
            return;
        }
        try {
            terminal.write(line.getBytes(StandardCharsets.UTF_8));
            terminal.flush();
        } catch (IOException e) {
            terminal = null;
        }
    }

    private void writeToSummary(String line) {
        if (summary == null) {
            return;
        }
        try {
            summary.write(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            close();
            writeToTerminal("Warning: this output is no longer kept: %s%n".formatted(IoReason.of(e)));
        }
    }

    private static String printable(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        return LINE_END.matcher(text).replaceAll(" ").replaceAll("\\p{Cntrl}", "?");
    }

    /** Closes the summary file; the terminal stays open. */
    @Override
    public synchronized void close() {
        OutputStream open = summary;
        summary = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                writeToTerminal("Warning: this output may not be kept in full: %s%n".formatted(IoReason.of(e)));
            }
        }
    }
}
