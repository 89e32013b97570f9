// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Both standard streams, for none of which a run waits, nor one for the other. Where they are one, what goes to both comes in the order
 * in which it was told.
 *
 * <p>Safe for use by multiple threads.
 */
final class StandardStreams {
    private final Outlet out;
    private final Outlet err;

    private StandardStreams(Outlet out, Outlet err) {
        this.out = out;
        this.err = err;
    }

    /** Writes to these, which the caller closes, for as long as the process lasts. */
    static StandardStreams of(OutputStream out, OutputStream err) {
        Outlet errors = Outlet.to(err, "standard error", null);
        return new StandardStreams(out == err ? errors : Outlet.to(out, "standard output", errors), errors);
    }

    /** Has lines written to standard output, but for those that are told long before anything is taken. */
    void out(String lines) {
        out.tell(lines);
    }

    /** Has lines written to standard error, but for those that are told long before anything is taken. */
    void err(String lines) {
        err.tell(lines);
    }

    /** Writes a part of an answer to standard output itself: who reads it is to have all of it, and is waited for. */
    void answer(String part) {
        out.answer(part);
    }

    /** Waits for all to be written, however long that takes, and returns why standard output did not take it; empty if it did. */
    Optional<IOException> lost() {
        return out.lost();
    }

    /**
     * Waits for all to be written, or until nothing was taken for so long, and so long in all.
     *
     * @return whether standard error has all
     */
    boolean flush(Duration patience, Duration atMost) {
        long begun = System.nanoTime();
        boolean heard = err.flush(begun, patience, atMost);
        out.flush(begun, patience, atMost);
        return heard;
    }

    /** Does the same for the last time: on standard error it is told how much standard output did not take. */
    void close(Duration patience, Duration atMost) {
        if (flush(patience, atMost) && out != err) {
            out.giveUp();
            err.flush(patience, patience);
        }
    }

    /** Shows lowest lines on this screen from now on. */
    void use(Screen terminal) {
        out.use(terminal);
    }

    /** Returns whether the lowest lines are shown. */
    boolean shows() {
        return out.shows();
    }

    /** Shows these below all others, a few times a second. */
    void showLowest(IntFunction<List<String>> lines) {
        out.showLowest(lines);
    }

    /** Takes away the lines that are shown below all others. */
    void hideLowest() {
        out.hideLowest();
    }
}
