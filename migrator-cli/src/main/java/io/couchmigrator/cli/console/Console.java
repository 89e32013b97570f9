// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import io.couchmigrator.cli.text.IoReason;
import io.couchmigrator.cli.text.Wrapped;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes lines to standard output or standard error, in UTF-8 whatever the locale, and both to the summary file once there
 * is one. A stream whose reader is gone, or a summary file that cannot be written, is left alone from then on: neither is
 * a reason to fail a run.
 *
 * <p>Safe for use by multiple threads.
 */
public final class Console implements AutoCloseable {
    /** Who reads nothing for so long is not waited for when all is over. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Nor is, for longer than this, who reads a line now and then. */
    private static final Duration PATIENCE_IN_ALL = Duration.ofSeconds(30);

    private static final Pattern LINE_END = Pattern.compile("\\s*\\R\\s*");
    private static final int COLUMNS = 80;
    /** What stands so far to the right, as a command does, is to be copied whole. */
    private static final String INDENTED = "    ";

    private final StandardStreams streams;
    private final boolean wraps;
    private String terminal;
    private boolean quiet;
    private @Nullable OutputStream summary;
    private @Nullable List<String> before = new ArrayList<>();

    /**
     * Writes to these streams, which the caller closes. No line on one waits for who reads the other, unless both are the same object.
     *
     * @param out takes what was asked for
     * @param err takes what must be seen by whoever asked for nothing, such as cron
     */
    public Console(OutputStream out, OutputStream err) {
        this(out, err, "");
    }

    /**
     * Writes to these streams, which the caller closes.
     *
     * @param terminal which kind of terminal {@code out} is, as {@code TERM} tells it; empty if it is none
     */
    public Console(OutputStream out, OutputStream err, String terminal) {
        this.streams = StandardStreams.of(out, err);
        this.wraps = !terminal.isEmpty();
        this.terminal = terminal;
    }

    /**
     * Writes one line that was asked for: how it goes, an answer. Line ends in it become blanks; control characters, which
     * could steer a terminal, question marks.
     */
    public void line(String text) {
        write(text, false);
    }

    /** Writes one line that somebody asked for just now: where standard output is quiet, to standard error. */
    public synchronized void answer(String text) {
        write(text, quiet);
    }

    /** Writes nothing more to standard output but events; the summary has all the same. */
    public synchronized void quiet() {
        quiet = true;
        terminal = "";
    }

    /** Writes an event, a line for a program, to standard output. It is not kept. */
    public void event(String json) {
        streams.out(json + "\n");
    }

    /** Writes each as one line that was asked for. */
    public void lines(List<String> texts) {
        texts.forEach(this::line);
    }

    /** Writes one line on what is wrong, or is waited for. */
    public void error(String text) {
        write(text, true);
    }

    /** Writes each as one line on what is wrong. */
    public void errors(List<String> texts) {
        texts.forEach(this::error);
    }

    /** Writes one line on what should be known and stops nothing. */
    public void warning(String text) {
        error("Warning: " + text);
    }

    /** Writes how a command ended: what was asked for only where its exit status is 0. */
    public void verdict(int status, List<String> texts) {
        if (status == 0) {
            lines(texts);
        } else {
            errors(texts);
        }
    }

    /** Returns, once somebody has read it, why not all that was asked for could be written to standard output; empty if it was. */
    public Optional<IOException> lost() {
        return streams.lost();
    }

    /** Writes one line on how far something is, but not on a terminal whose lowest lines show it. */
    public synchronized void progress(String text) {
        if (streams.shows()) {
            keep(printable(text) + "\n");
        } else {
            line(text);
        }
    }

    /**
     * Shows these lines below all others on a terminal that can, a few times a second and in the place of those before;
     * nothing is kept of them.
     *
     * @param lines returns them for so many columns; called by another thread
     */
    public synchronized void showLowest(IntFunction<List<String>> lines) {
        openScreen();
        streams.showLowest(lines);
    }

    /** Returns whether standard output is a terminal on which lines can be shown below all others. */
    public synchronized boolean canShowLowest() {
        openScreen();
        return streams.shows();
    }

    /** Takes away the lines that are shown below all others. */
    public void hideLowest() {
        streams.hideLowest();
    }

    /** It costs what only who shows something is to pay. */
    private void openScreen() {
        if (!terminal.isEmpty()) {
            Screen.of(terminal).ifPresent(streams::use);
            terminal = "";
        }
    }

    /**
     * Writes text that was asked for as it is, control characters and all, and waits for who reads it; it is kept nowhere, however much
     * it is.
     */
    public void record(String text) {
        streams.answer(text);
    }

    private synchronized void write(String text, boolean isWrong) {
        String line = printable(text);
        String lines = onTerminal(line) + "\n";
        if (isWrong) {
            streams.err(lines);
        } else if (!quiet) {
            streams.out(lines);
        }
        keep(line + "\n");
    }

    /** A terminal would part a line in the middle of a word; for files and programs each line stays one. */
    private String onTerminal(String line) {
        if (!wraps || line.length() <= COLUMNS || line.startsWith(INDENTED)) {
            return line;
        }
        int indentation = line.length() - line.stripLeading().length();
        return String.join("\n", Wrapped.lines("", indentation + 2, line));
    }

    private void keep(String line) {
        if (before != null) {
            before.add(line);
        }
        writeToSummary(line);
    }

    /** Keeps all lines, those from before included, in a new file as well. */
    public synchronized void keepIn(Path file) {
        try {
            keepIn(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        } catch (IOException e) {
            before = null;
            streams.err("Warning: this output is not kept: cannot create %s: %s%n".formatted(file, IoReason.of(e)));
        }
    }

    /** Does the same where the file is open, and closes it at the end. */
    synchronized void keepIn(OutputStream file) {
        List<String> lines = before == null ? List.of() : before;
        before = null;
        summary = file;
        lines.forEach(this::writeToSummary);
    }

    private void writeToSummary(String line) {
        if (summary == null) {
            return;
        }
        try {
            summary.write(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            closeSummary();
            streams.err("Warning: this output is no longer kept: %s%n".formatted(IoReason.of(e)));
        }
    }

    private static String printable(String text) {
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        return LINE_END.matcher(text).replaceAll(" ").replaceAll("\\p{Cntrl}", "?");
    }

    /** Waits until all is written, or until nobody reads it for five seconds, or not all within thirty. */
    public void flush() {
        streams.flush(PATIENCE, PATIENCE_IN_ALL);
    }

    /** Closes the summary file, waits as {@link #flush} does, and tells what nobody read; the streams stay open. */
    @Override
    public void close() {
        closeSummary();
        streams.close(PATIENCE, PATIENCE_IN_ALL);
    }

    private synchronized void closeSummary() {
        OutputStream open = summary;
        summary = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                streams.err("Warning: this output may not be kept in full: %s%n".formatted(IoReason.of(e)));
            }
        }
    }
}
