// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jline.terminal.Size;
import org.jline.terminal.impl.DumbTerminal;
import org.jline.terminal.impl.exec.ExecPty;
import org.jline.utils.AttributedString;
import org.jline.utils.Curses;
import org.jline.utils.InfoCmp.Capability;
import org.jline.utils.Signals;
import org.slf4j.LoggerFactory;

/**
 * The lowest lines of a terminal, each time drawn in the place of those before. The cursor waits below them, at the beginning
 * of a line, so that whatever else is printed there, and whatever ends the process, finds the terminal as it was.
 *
 * <p>JLine knows what a kind of terminal understands, how large this one is, and how wide a character. Its terminal is one without
 * an input: the state of the real one is never changed, and so need not be put back. Used by one thread at a time.
 */
final class Screen {
    private static final int COLUMNS = 80;
    private static final int ROWS = 24;

    /** Where Linux tells which group of processes has the terminal. */
    private static final Path STATE = Path.of("/proc/self/stat");

    private final DumbTerminal terminal;
    private List<String> drawn = List.of();
    private int columns = COLUMNS;
    private int rows = ROWS;
    private volatile boolean resized = true;
    private volatile boolean continued;

    private Screen(DumbTerminal terminal) {
        this.terminal = terminal;
    }

    /** Returns one for terminals of this kind; empty if these cannot move their cursor up and clear what is below. */
    static Optional<Screen> of(String kind) {
        try {
            DumbTerminal terminal = new DumbTerminal(
                    "migrator",
                    kind,
                    InputStream.nullInputStream(),
                    OutputStream.nullOutputStream(),
                    StandardCharsets.UTF_8);
            boolean fit = Stream.of(Capability.parm_up_cursor, Capability.clr_eos)
                    .allMatch(needed -> terminal.getStringCapability(needed) != null);
            return fit ? Optional.of(new Screen(terminal)) : Optional.empty();
        } catch (IOException | RuntimeException e) {
            LoggerFactory.getLogger(Screen.class).warn("this terminal gets plain lines", e);
            return Optional.empty();
        }
    }

    /**
     * Calls {@code changed}, in a thread of its own, when lines are to be drawn anew: the terminal has another size, or this process
     * goes on in it, below what a shell wrote while it was stopped.
     */
    void watch(Runnable changed) {
        Signals.register("WINCH", () -> {
            resized = true;
            changed.run();
        });
        Signals.register("CONT", () -> {
            continued = true;
            changed.run();
        });
    }

    /** Returns whether nobody else, such as a shell that waits for a command, has the terminal. */
    boolean isInForeground() {
        try {
            String state = Files.readString(STATE);
            String[] fields = state.substring(state.lastIndexOf(')') + 2).split(" ", -1);
            String ownGroup = fields[2];
            String groupInForeground = fields[5];
            return ownGroup.equals(groupInForeground);
        } catch (IOException e) {
            return true;
        }
    }

    /**
     * Returns what draws lines in the place of those before, as far as they fit; it draws none in the background.
     *
     * @param lines returns them for so many columns
     */
    String draw(IntFunction<List<String>> lines) {
        StringBuilder text = new StringBuilder(clearing());
        List<String> all = isInForeground() ? lines.apply(columns - 1) : List.of();
        drawn = all.subList(0, Math.min(all.size(), Math.max(1, rows - 1))).stream()
                .map(this::cut)
                .toList();
        drawn.forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** Returns what takes the lines away. */
    String clear() {
        String clearing = clearing();
        drawn = List.of();
        return clearing;
    }

    /**
     * Takes away what was drawn. Lines that are wider than the terminal is by now were wrapped by it; some terminals would take them
     * for wrapped for ever if they were only written over.
     */
    private String clearing() {
        measure();
        if (continued) {
            continued = false;
            drawn = List.of();
        }
        int up = drawn.stream()
                .mapToInt(line -> Math.max(1, (width(line) + columns - 1) / columns))
                .sum();
        return up == 0 ? "" : "\r" + code(Capability.parm_up_cursor, up) + code(Capability.clr_eos);
    }

    /** A terminal that does not tell its size, or is gone, keeps the one it had. */
    private void measure() {
        if (!resized) {
            return;
        }
        resized = false;
        try {
            Size size = new ControllingTerminal().getSize();
            columns = size.getColumns() > 1 ? size.getColumns() : COLUMNS;
            rows = size.getRows() > 0 ? size.getRows() : ROWS;
        } catch (IOException e) {
            LoggerFactory.getLogger(Screen.class).debug("the terminal does not tell its size", e);
        }
    }

    /** The last column stays free: some terminals wrap once it is written. */
    private String cut(String line) {
        return width(line) < columns
                ? line
                : new AttributedString(line).columnSubSequence(0, columns - 1).toString();
    }

    private static int width(String line) {
        return new AttributedString(line).columnLength();
    }

    private String code(Capability capability, Object... parameters) {
        return Curses.tputs(terminal.getStringCapability(capability), parameters);
    }

    /** The terminal of this process, whichever of its streams leads there, and whoever has it. */
    private static final class ControllingTerminal extends ExecPty {
        ControllingTerminal() {
            super(null, null, "/dev/tty");
        }
    }
}
