// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.retry.PassingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The items of one page, as many as one worker may hold. They are written when the page is over: whoever writes keeps no
 * answer of the source waiting. Used by one thread, for one page after another.
 *
 * @param <S> what the stage reads
 */
final class Intake<S> implements Meter, AutoCloseable {
    private final ByteBudget budget;
    private final List<Item<S>> items = new ArrayList<>();
    private long bytes;
    private boolean oversized;
    /** How many items the request at hand is for; 0 if there is none. */
    private int asked;

    Intake(ByteBudget budget) {
        this.budget = budget;
    }

    /** Returns a page that is read into a new one, which is closed again if that fails. */
    static <S> Feed.Page<S> page(ByteBudget budget, Function<Intake<S>, Feed.Page<S>> reading) {
        Intake<S> intake = new Intake<>(budget);
        try {
            return reading.apply(intake);
        } catch (Throwable e) {
            intake.close();
            throw e;
        }
    }

    /** A request for so many items, which it takes. */
    @FunctionalInterface
    interface Request<T> {
        T of(int most) throws PassingException;
    }

    /** There is no room for what comes next; never leaves who reads. */
    static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        FullException() {
            super(null, null, false, false);
        }
    }

    /** Makes a request, and once more for as many items as there is room for if that brings too much. */
    <T> T fill(int most, Request<T> request) throws PassingException {
        restart();
        asked = most;
        try {
            while (true) {
                try {
                    return request.of(asked);
                } catch (FullException e) {
                    asked = Math.max(1, items.size());
                    makeRoom();
                }
            }
        } finally {
            asked = 0;
        }
    }

    /** The answer is closed by now, so that no server waits while this one does. */
    private void makeRoom() {
        if (items.isEmpty()) {
            budget.enterOversized();
            oversized = true;
        }
        drop();
    }

    /** A document that is larger than all that a worker may hold must be the only one, here and among the workers. */
    @Override
    public void documentGrewTo(long documentBytes) {
        if (!oversized && documentBytes > budget.share()) {
            if (mayBeFewer() || !budget.tryOversized()) {
                throw new FullException();
            }
            oversized = true;
        }
    }

    /** Takes an item, however large it is if no answer has to wait for it. */
    void take(Item<S> item) {
        if (mayBeFewer() && bytes + item.bytes() > budget.share()) {
            throw new FullException();
        }
        items.add(item);
        bytes += item.bytes();
    }

    /** A server that sends more than it is asked for would be asked for ever: what it sends is taken. */
    private boolean mayBeFewer() {
        return !items.isEmpty() && items.size() < asked;
    }

    /** Puts others in the place of items. */
    void replaceAll(UnaryOperator<Item<S>> other) {
        items.replaceAll(other);
    }

    /** Returns what was taken. */
    List<Item<S>> items() {
        return Collections.unmodifiableList(items);
    }

    /** Drops what was taken. */
    void restart() {
        drop();
        close();
    }

    private void drop() {
        items.clear();
        bytes = 0;
    }

    /** Lets others in. */
    @Override
    public void close() {
        if (oversized) {
            oversized = false;
            budget.leaveOversized();
        }
    }
}
