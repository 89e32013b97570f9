// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Gathers items that come one by one, and hands them on as soon as they are as many as wanted, or as a worker may hold. Used
 * by one thread.
 *
 * @param <S> what the stage reads
 */
final class Gathering<S> implements Consumer<Item<S>> {
    private final int most;
    private final ByteBudget budget;
    private final Consumer<List<Item<S>>> then;

    private List<Item<S>> items = new ArrayList<>();
    private long bytes;

    Gathering(int most, ByteBudget budget, Consumer<List<Item<S>>> then) {
        this.most = most;
        this.budget = budget;
        this.then = then;
    }

    @Override
    public void accept(Item<S> item) {
        items.add(item);
        bytes += item.bytes();
        if (items.size() >= most || bytes >= budget.share()) {
            handOn();
        }
    }

    /** Hands on what is there. */
    void handOn() {
        List<Item<S>> gathered = items;
        items = new ArrayList<>();
        bytes = 0;
        if (!gathered.isEmpty()) {
            then.accept(gathered);
        }
    }
}
