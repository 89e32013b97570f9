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
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Both standard streams, to which a thread of their own writes: nobody reads a full pipe, a terminal that Ctrl-S holds, a pager that is
 * stopped, and a run waits for none of them. One thread, so that what goes to both comes in the order in which it was told. A stream
 * whose reader is gone is left alone from then on.
 *
 * <p>Safe for use by multiple threads.
 */
final class StandardStreams {
    private static final long BETWEEN_DRAWINGS = TimeUnit.MILLISECONDS.toNanos(200);

    /** So many characters are kept of lines that nobody takes yet, the latest. */
    private static final int MOST_KEPT = 1 << 20;

    private static final Duration FOR_EVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Stream out;
    private final Stream err;
    private volatile @Nullable Screen screen;
    private volatile long takenAt = System.nanoTime();

    private Deque<Piece> told = new ArrayDeque<>();
    private int kept;
    private long leftOut;
    private IntFunction<List<String>> lowest = columns -> List.of();
    private boolean drawingDue;
    private long drawnAt = System.nanoTime() - BETWEEN_DRAWINGS;
    private boolean writing = true;
    private boolean ended;

    private StandardStreams(OutputStream out, OutputStream err) {
        this.out = new Stream(out);
        this.err = new Stream(err);
    }

    /** Writes to these, which the caller closes, for as long as the process lasts: what is told while that ends is written, too. */
    static StandardStreams of(OutputStream out, OutputStream err) {
        StandardStreams streams = new StandardStreams(out, err);
        Thread writer = new Thread(streams::write, "console");
        writer.setDaemon(true);
        writer.start();
        return streams;
    }

    /** Has lines written to standard output, but for those that are told long before anything is taken. */
    void out(String lines) {
        tell(new Piece(out, lines));
    }

    /** Has lines written to standard error, but for those that are told long before anything is taken. */
    void err(String lines) {
        tell(new Piece(err, lines));
    }

    /** Writes a part of an answer to standard output itself: who reads it is to have all of it, and is waited for. */
    synchronized void answer(String part) {
        flush(FOR_EVER);
        write(out, part);
    }

    private synchronized void tell(Piece piece) {
        told.add(piece);
        kept += piece.text().length();
        while (kept > MOST_KEPT) {
            kept -= told.remove().text().length();
            leftOut++;
        }
        notifyAll();
    }

    /** Waits for all to be written, however long that takes, and returns why standard output did not take it; empty if it did. */
    synchronized Optional<IOException> lost() {
        flush(FOR_EVER);
        return Optional.ofNullable(out.lost);
    }

    /** Waits for all to be written, or until nothing was taken for so long. */
    synchronized void flush(Duration patience) {
        long begun = System.nanoTime();
        while (!ended && (writing || !told.isEmpty() || drawingDue)) {
            long now = System.nanoTime();
            long left = patience.toNanos() - Math.min(now - begun, now - takenAt);
            if (left <= 0 || !await(left)) {
                return;
            }
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
                taken().forEach(piece -> {
                    clear();
                    write(piece.to(), piece.text());
                });
                draw();
            }
        } catch (RuntimeException | Error e) {
            out.lost = new IOException("writing ended unexpectedly", e);
            throw e;
        } finally {
            end();
        }
    }

    private void write(Stream to, String text) {
        to.write(text.getBytes(StandardCharsets.UTF_8));
        takenAt = System.nanoTime();
    }

    private synchronized boolean isMoreToWrite() {
        writing = false;
        notifyAll();
        while (told.isEmpty() && !drawingDue && await(Long.MAX_VALUE)) {}
        writing = !told.isEmpty() || drawingDue;
        return writing;
    }

    private synchronized Queue<Piece> taken() {
        Deque<Piece> taken = told;
        if (leftOut > 0) {
            String lines = Numbers.of(leftOut, "line was", "lines were");
            taken.addFirst(new Piece(err, "Warning: here %s left out: nobody read them.\n".formatted(lines)));
        }
        told = new ArrayDeque<>();
        kept = 0;
        leftOut = 0;
        drawingDue |= screen != null && !taken.isEmpty();
        notifyAll();
        return taken;
    }

    private void clear() {
        if (screen != null) {
            write(out, screen.clear());
        }
    }

    /** While more is told already, there is no time for it. */
    private void draw() {
        IntFunction<List<String>> lines;
        synchronized (this) {
            if (!drawingDue || !told.isEmpty()) {
                return;
            }
            drawingDue = false;
            drawnAt = System.nanoTime();
            lines = lowest;
        }
        if (screen != null) {
            write(out, screen.draw(lines));
        }
    }

    private synchronized void end() {
        ended = true;
        notifyAll();
    }

    private record Piece(Stream to, String text) {}

    /** A standard stream, until its reader is gone. */
    private static final class Stream {
        private @Nullable OutputStream open;
        private volatile @Nullable IOException lost;

        Stream(OutputStream open) {
            this.open = open;
        }

        synchronized void write(byte[] octets) {
            if (open == null) {
                return;
            }
            try {
                open.write(octets);
                open.flush();
            } catch (IOException e) {
                open = null;
                lost = e;
            }
        }
    }
}
