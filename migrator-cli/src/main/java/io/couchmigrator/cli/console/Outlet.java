// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import io.couchmigrator.cli.text.Numbers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A standard stream, to which a thread of its own writes: nobody reads a full pipe, a terminal that Ctrl-S holds, a pager that is stopped,
 * and a run waits for none of them. A stream whose reader is gone is left alone from then on.
 *
 * <p>Safe for use by multiple threads.
 */
final class Outlet {
    private static final long BETWEEN_DRAWINGS = TimeUnit.MILLISECONDS.toNanos(200);

    /** So many characters are kept of lines that nobody takes yet, the latest. */
    private static final int MOST_KEPT = 1 << 20;

    /** So many characters of an answer may wait to be written, and no more. */
    private static final int MOST_AHEAD = 1 << 16;

    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Outlet errors;
    private volatile @Nullable OutputStream open;
    private volatile @Nullable IOException lost;
    private volatile @Nullable Screen screen;
    private volatile long takenAt = System.nanoTime();

    private final Deque<String> told = new ArrayDeque<>();
    /** Written before all that is told, since it is given only where nothing of that is left. */
    private final StringBuilder answer = new StringBuilder();

    private int kept;
    private long leftOut;
    private IntFunction<List<String>> lowest = columns -> List.of();
    private boolean drawingDue;
    private long drawnAt = System.nanoTime() - BETWEEN_DRAWINGS;
    private boolean writing = true;
    private boolean inHand;
    private boolean ended;

    private Outlet(OutputStream open, @Nullable Outlet errors) {
        this.open = open;
        this.errors = errors == null ? this : errors;
    }

    /**
     * Writes to this stream, which the caller closes, for as long as the process lasts: what is told while that ends is written, too.
     *
     * @param errors where it is told how many lines were left out; null if that is here
     */
    static Outlet to(OutputStream open, String name, @Nullable Outlet errors) {
        Outlet outlet = new Outlet(open, errors);
        Thread writer = new Thread(outlet::write, name);
        writer.setDaemon(true);
        writer.start();
        return outlet;
    }

    /** Has lines written, but for those that are told long before anything is taken. */
    synchronized void tell(String lines) {
        told.add(lines);
        kept += lines.length();
        while (kept > MOST_KEPT) {
            kept -= told.remove().length();
            leftOut++;
        }
        notifyAll();
    }

    /** Has a part of an answer written: who reads it is to have all of it, and is waited for, by nobody else. */
    synchronized void answer(String part) {
        while (!ended && (!told.isEmpty() || answer.length() >= MOST_AHEAD) && await(Long.MAX_VALUE)) {}
        answer.append(part);
        notifyAll();
    }

    /** Waits for all to be written, however long that takes, and returns why it was not taken; empty if it was. */
    synchronized Optional<IOException> lost() {
        flush(FOR_EVER, FOR_EVER);
        return Optional.ofNullable(lost);
    }

    /** Waits for all to be written, or until nothing was taken for so long, and so long in all; returns whether it is. */
    boolean flush(Duration patience, Duration atMost) {
        return flush(System.nanoTime(), patience, atMost);
    }

    /** Does the same where the wait has begun before. */
    synchronized boolean flush(long begun, Duration patience, Duration atMost) {
        while (!ended && (writing || isAnyLeft() || drawingDue)) {
            long now = System.nanoTime();
            // Something may have been taken since that moment: a time below zero is more than a wait for ever can hold.
            long untaken = Math.max(0, Math.min(now - begun, now - takenAt));
            long left = Math.min(patience.toNanos() - untaken, atMost.toNanos() - (now - begun));
            if (left <= 0 || !await(left)) {
                return false;
            }
        }
        return true;
    }

    /** Leaves out what was not taken until now, and tells how much that is. */
    synchronized void giveUp() {
        leftOut += told.size() + (inHand ? 1 : 0) + (answer.isEmpty() ? 0 : 1);
        inHand = false;
        answer.setLength(0);
        told.clear();
        kept = 0;
        tellWhatIsLeftOut();
    }

    /** Where lines are left out here, it is told in their place. */
    private void tellWhatIsLeftOut() {
        if (leftOut == 0) {
            return;
        }
        String lines = Numbers.of(leftOut, "line", "lines");
        String were = leftOut == 1 ? "was" : "were";
        leftOut = 0;
        if (errors == this) {
            told.addFirst("Warning: here %s %s left out: nobody read them in time.%n".formatted(lines, were));
            kept += told.element().length();
        } else {
            errors.tell(
                    "Warning: %s of standard output %s left out: nobody read them in time.%n".formatted(lines, were));
        }
    }

    /** Shows lowest lines on this screen from now on. */
    void use(Screen terminal) {
        screen = terminal;
        terminal.watch(this::redraw);
    }

    /** Returns whether the lowest lines are shown. */
    boolean shows() {
        Screen used = screen;
        return used != null && used.isInForeground();
    }

    /** Shows these below all others, a few times a second. */
    synchronized void showLowest(IntFunction<List<String>> lines) {
        lowest = lines;
        if (System.nanoTime() - drawnAt >= BETWEEN_DRAWINGS) {
            redraw();
        }
    }

    /** Takes away the lines that are shown below all others. */
    synchronized void hideLowest() {
        lowest = columns -> List.of();
        redraw();
    }

    private synchronized void redraw() {
        drawingDue = screen != null;
        notifyAll();
    }

    /** Returns whether it was not interrupted. */
    private synchronized boolean await(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void write() {
        try {
            while (isMoreToWrite()) {
                for (String lines = taken(); lines != null; lines = taken()) {
                    clear();
                    write(lines);
                }
                draw();
            }
        } catch (RuntimeException | Error e) {
            lost = new IOException("writing ended unexpectedly", e);
            throw e;
        } finally {
            end();
        }
    }

    private void write(String text) {
        OutputStream to = open;
        if (to != null) {
            try {
                to.write(text.getBytes(StandardCharsets.UTF_8));
                to.flush();
            } catch (IOException e) {
                open = null;
                lost = e;
            }
        }
        takenAt = System.nanoTime();
    }

    private synchronized boolean isMoreToWrite() {
        writing = false;
        notifyAll();
        while (!isAnyLeft() && !drawingDue && await(Long.MAX_VALUE)) {}
        writing = isAnyLeft() || drawingDue;
        return writing;
    }

    private boolean isAnyLeft() {
        return !answer.isEmpty() || !told.isEmpty();
    }

    private synchronized @Nullable String taken() {
        String lines = answer.isEmpty() ? oldest() : answer.toString();
        answer.setLength(0);
        inHand = lines != null;
        if (lines != null) {
            drawingDue |= screen != null;
            notifyAll();
        }
        return lines;
    }

    private @Nullable String oldest() {
        tellWhatIsLeftOut();
        String lines = told.poll();
        kept -= lines == null ? 0 : lines.length();
        return lines;
    }

    private void clear() {
        if (screen != null) {
            write(screen.clear());
        }
    }

    /** While more is told already, there is no time for it. */
    private void draw() {
        IntFunction<List<String>> lines;
        synchronized (this) {
            if (!drawingDue || isAnyLeft()) {
                return;
            }
            drawingDue = false;
            drawnAt = System.nanoTime();
            lines = lowest;
        }
        if (screen != null) {
            write(screen.draw(lines));
        }
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }
}
