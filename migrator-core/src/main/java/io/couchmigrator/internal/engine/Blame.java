// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import java.util.List;

/**
 * When to suspect the target, and not its documents, of being to blame: so many in a row were refused alone and alike. A
 * suspicion is proved by offering a row that was accepted before. Safe for use by multiple threads; workers count together.
 *
 * @param <R> the type of the rows
 */
final class Blame<R> {
    /** Where nothing was accepted yet. */
    private static final int FIRST = 10;

    /** Neighbours often have something in common, such as a bad key. */
    private static final int LATER = 200;

    private final int first;
    private final int later;
    private String likeness = "";
    private int alike;
    private List<R> accepted = List.of();

    private Blame(int first, int later) {
        this.first = first;
        this.later = later;
    }

    /** Returns one that suspects the target after the first ten documents, or 200 later on. */
    static <R> Blame<R> ofTarget() {
        return new Blame<>(FIRST, LATER);
    }

    /** Returns one that never does, for documents that were rejected before and may well all be rejected again. */
    static <R> Blame<R> none() {
        return new Blame<>(Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    /** Takes note that the target accepts these rows of a document. */
    synchronized void accepted(List<R> rows) {
        accepted = rows;
        alike = 0;
    }

    /**
     * Takes note that a document was refused alone.
     *
     * @return how many in a row were refused alike, this one included, if that is enough to suspect the target; else 0
     */
    synchronized int refused(String why) {
        alike = why.equals(likeness) ? alike + 1 : 1;
        likeness = why;
        return alike % (accepted.isEmpty() ? first : later) == 0 ? alike : 0;
    }

    /** Returns rows of a document that the target accepted; empty if there is none yet. */
    synchronized List<R> accepted() {
        return accepted;
    }
}
