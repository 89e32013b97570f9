// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Lookup;
import io.couchmigrator.LookupKeys;
import io.couchmigrator.RejectException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.source.Refused;
import io.couchmigrator.internal.source.StageFunctions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of items: looks up what a batch needs, and transforms. Safe for use by multiple threads, each with a session
 * of its own.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
public final class Preparation<S, R> {
    private final Stage<S, R> stage;
    private final Lookups lookups;
    private final Consumer<R> check;
    private final StageFunctions functions;

    /** @param check refuses a row that the target cannot store */
    public Preparation(Stage<S, R> stage, Lookups lookups, Consumer<R> check) {
        this.stage = stage;
        this.lookups = lookups;
        this.check = check;
        this.functions = new StageFunctions(stage);
    }

    /**
     * What became of the items of a batch. The others do not count for the stage, or are gone.
     *
     * @param ready those whose rows are made
     * @param refused those that cannot be stored or read
     */
    public record Prepared<R>(List<Ready<R>> ready, List<Refused> refused) {
        /** Returns how many items counted for the stage. */
        public long counted() {
            return (long) ready.size() + refused.size();
        }
    }

    public Prepared<R> prepared(List<Item<S>> batch, Session session) {
        List<Refused> refused = new ArrayList<>();
        Map<Lookup<?, ?>, Set<Object>> keys = new LinkedHashMap<>();
        List<Item.Found<S>> found = new ArrayList<>();
        for (Item<S> item : batch) {
            if (item instanceof Item.Found<S> there) {
                attempt(there, refused, () -> {
                    announced(there).forEach((lookup, its) -> keys.computeIfAbsent(lookup, any -> new LinkedHashSet<>())
                            .addAll(its));
                    found.add(there);
                });
            } else if (item instanceof Item.Rejected<S> rejected) {
                refused.add(rejected.refused());
            } else if (item instanceof Item.Unreadable<S> unreadable) {
                refused.add(new Refused(item.id(), unreadable.rev(), "", "unreadable", unreadable.reason()));
            }
        }
        Map<Lookup<?, ?>, LookedUp> lookedUp = lookups.ask(keys, session);
        List<Ready<R>> ready = new ArrayList<>();
        found.forEach(item -> attempt(item, refused, () -> ready.add(transformed(item, new BatchContext(lookedUp)))));
        return new Prepared<>(ready, refused);
    }

    private void attempt(Item.Found<S> item, List<Refused> refused, Runnable part) {
        try {
            part.run();
        } catch (RejectException e) {
            refused.add(Refused.of(stage, item.id(), item.rev(), item.source(), e));
        }
    }

    /** Returns the keys that an item needs of each lookup. */
    private Map<Lookup<?, ?>, Set<Object>> announced(Item.Found<S> item) {
        Map<Lookup<?, ?>, Set<Object>> announced = new LinkedHashMap<>();
        for (LookupKeys<S> lookup : stage.lookups()) {
            Set<Object> keys = functions.call(
                    "key function of a lookup",
                    item.id(),
                    () -> new LinkedHashSet<>(whole(lookup.keys().apply(item.source()), "keys")));
            announced
                    .computeIfAbsent(lookup.lookup(), any -> new LinkedHashSet<>())
                    .addAll(keys);
        }
        return announced;
    }

    private Ready<R> transformed(Item.Found<S> item, BatchContext context) {
        List<R> rows = functions.call(
                "transform", item.id(), () -> whole(stage.transform().rows(item.source(), context), "rows"));
        functions.call("writer or router", item.id(), () -> {
            rows.forEach(check);
            return rows;
        });
        return new Ready<>(item.id(), item.rev(), () -> Refused.docType(stage, item.source()), rows, context.entries());
    }

    /** Returns what a function returned, as it is now: what the caller does with it later is no matter. */
    private static <T> List<T> whole(@Nullable Collection<? extends @Nullable T> returned, String expected) {
        if (returned == null) {
            throw StageFunctions.returned("null: expected " + expected);
        }
        List<T> whole = new ArrayList<>(returned.size());
        for (T element : returned) {
            if (element == null) {
                throw StageFunctions.returned("null among %s: expected none".formatted(expected));
            }
            whole.add(element);
        }
        return whole;
    }
}
