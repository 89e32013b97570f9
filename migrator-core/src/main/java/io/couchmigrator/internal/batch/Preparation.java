// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Change;
import io.couchmigrator.Lookup;
import io.couchmigrator.RejectException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.postgres.Owner;
import io.couchmigrator.internal.postgres.Ownership.Claimed;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.retry.StageFunctions;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.source.Item.Refused;
import io.couchmigrator.internal.source.Sources;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of items: looks up what a batch needs, and transforms; knows where each row goes. Safe for use by multiple threads, each with a session
 * of its own.
 *
 * @param <S> what the stage reads
 * @param <R> the type of the rows
 */
public final class Preparation<S, R> {
    private final Stage<S, R> stage;
    private final Writers<R> writers;
    private final Lookups lookups;
    private final Sources sources;
    private final StageFunctions functions;
    private final Candidates<R> candidates;

    /**
     * Creates one, for which the stage's writer looks at each database of the target.
     *
     * @param owner who claims what is to be owned there; empty if nothing is to be written
     */
    public Preparation(Stage<S, R> stage, Sources sources, Target target, Optional<Owner> owner) {
        this.stage = stage;
        this.writers = Writers.prepared(stage, target, owner);
        this.lookups = new Lookups(sources, target.main().patience());
        this.sources = sources;
        this.functions = new StageFunctions(stage);
        this.candidates = new Candidates<>(stage, writers.all(), target);
    }

    /** Returns what writes and compares rows in one database, by its place among {@link Target#databases}. */
    public GuardedWriter<R> writer(int database) {
        return new GuardedWriter<>(stage.name(), writers.all().get(database));
    }

    /** Returns the claims to tables that the stage owns, one for each database; none where nothing is to be written. */
    public List<Claimed> claims() {
        return writers.all().stream()
                .flatMap(writer -> Upserts.claimed(writer).stream())
                .toList();
    }

    /** Returns the place of the database that a row goes to. */
    public int place(R row) {
        return writers.place(row);
    }

    /**
     * Tells which items to ask for since the target has rows of them, as {@link BatchTaker#candidates} says.
     *
     * @return where those that are named have rows
     */
    public Whereabouts candidates(
            Interval read, List<Item<S>> named, Target.Connections sessions, Consumer<List<SourceId>> then) {
        return candidates.of(read, named, sessions, then);
    }

    /**
     * What became of items that came one after the other.
     *
     * @param items all of them
     * @param changes what those ask for that are not refused: their rows, or that they have none
     * @param refused those that cannot be stored or read
     */
    public record Prepared<S, R>(List<Item<S>> items, List<Ready<R>> changes, List<Refused> refused) {
        private Prepared() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        /** Returns those whose rows are made. */
        public List<Ready<R>> present() {
            return changes.stream().filter(Ready::isPresent).toList();
        }

        /** Returns how many items counted for the stage. */
        public long counted() {
            return present().size() + (long) refused.size();
        }
    }

    /**
     * Makes the rows of a batch, and hands them on: all at once, unless they are more than a worker may hold. The rows of one
     * item are never parted; while one has more than that, others with such items wait.
     */
    public void prepare(List<Item<S>> batch, Session session, Consumer<Prepared<S, R>> then) {
        IdentityHashMap<Item<S>, Refused> keyless = new IdentityHashMap<>();
        Map<Lookup<?, ?>, LookedUp> lookedUp = lookups.ask(keys(batch, keyless), session);
        Prepared<S, R> prepared = new Prepared<>();
        long rows = 0;
        for (Item<S> item : batch) {
            prepared.items().add(item);
            Refused refused = keyless.get(item);
            if (refused != null) {
                prepared.refused().add(refused);
            } else {
                rows += made(item, lookedUp, prepared);
            }
            if (rows >= sources.mostRows()) {
                Prepared<S, R> part = prepared;
                sources.holding(rows, () -> then.accept(part));
                prepared = new Prepared<>();
                rows = 0;
            }
        }
        if (!prepared.items().isEmpty()) {
            then.accept(prepared);
        }
    }

    /** Returns the keys that the items of a batch need of each lookup. */
    private Map<Lookup<?, ?>, Set<Object>> keys(List<Item<S>> batch, IdentityHashMap<Item<S>, Refused> keyless) {
        Map<Lookup<?, ?>, Set<Object>> keys = new LinkedHashMap<>();
        if (stage.lookups().isEmpty()) {
            return keys;
        }
        for (Item<S> item : batch) {
            if (item instanceof Item.Found<S> there) {
                try {
                    announced(there).forEach((lookup, its) -> keys.computeIfAbsent(lookup, any -> new LinkedHashSet<>())
                            .addAll(its));
                } catch (RejectException e) {
                    keyless.put(item, refused(there, e));
                }
            }
        }
        return keys;
    }

    /** Makes the rows of one item, and returns how many they are. */
    private int made(Item<S> item, Map<Lookup<?, ?>, LookedUp> lookedUp, Prepared<S, R> prepared) {
        if (item instanceof Item.Found<S> there) {
            try {
                Ready<R> ready = transformed(there, new BatchContext(lookedUp));
                prepared.changes().add(ready);
                return ready.rows().size();
            } catch (RejectException e) {
                prepared.refused().add(refused(there, e));
            }
        } else if (item instanceof Item.Rejected<S> rejected) {
            prepared.refused().add(rejected.refused());
        } else if (item instanceof Item.Unreadable<S> unreadable) {
            prepared.refused().add(new Refused(item.id(), unreadable.rev(), "", "unreadable", unreadable.reason()));
        } else {
            prepared.changes().add(Ready.absent(item.id(), item.rev(), item instanceof Item.Gone));
        }
        return 0;
    }

    private Refused refused(Item.Found<S> item, RejectException because) {
        return Refused.of(stage, item.id(), item.rev(), item.source(), because);
    }

    /** Returns the keys that an item needs of each lookup. */
    private Map<Lookup<?, ?>, Set<Object>> announced(Item.Found<S> item) {
        Map<Lookup<?, ?>, Set<Object>> announced = new LinkedHashMap<>();
        for (Lookup.Keys<S> lookup : stage.lookups()) {
            Set<Object> keys = functions.call(
                    "key function of a lookup",
                    item.id().text(),
                    () -> new LinkedHashSet<>(whole(lookup.keys().apply(item.source()), "keys")));
            announced
                    .computeIfAbsent(lookup.lookup(), any -> new LinkedHashSet<>())
                    .addAll(keys);
        }
        return announced;
    }

    private Ready<R> transformed(Item.Found<S> item, BatchContext context) {
        List<R> rows = functions.call(
                "transform", item.id().text(), () -> whole(stage.transform().rows(item.source(), context), "rows"));
        functions.call("writer or router", item.id().text(), () -> {
            rows.forEach(writers::check);
            return rows;
        });
        return Ready.present(
                item.id(), item.rev(), () -> Refused.docType(stage, item.source()), rows, context.entries());
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

    /**
     * What a document or source row asks for, ready to be written.
     *
     * @param <R> the type of the rows
     * @param id the item
     * @param change what it asks for
     * @param docType what the migration log calls its type, should it have to; empty if it has none
     * @param entries what it adds to the migration log once its rows are committed
     */
    public record Ready<R>(SourceId id, Change<R> change, Supplier<String> docType, List<OddEntry> entries) {
        /** Returns one that counts for the stage. */
        static <R> Ready<R> present(
                SourceId id, String rev, Supplier<String> docType, List<R> rows, List<OddEntry> entries) {
            return new Ready<>(id, new Change.Present<>(id.text(), rev, rows), docType, entries);
        }

        /** Returns one that does not. */
        static <R> Ready<R> absent(SourceId id, String rev, boolean gone) {
            return new Ready<>(id, new Change.Absent<>(id.text(), rev, gone), () -> "", List.of());
        }

        /** Returns whether it counts for the stage. */
        public boolean isPresent() {
            return change instanceof Change.Present;
        }

        /** Returns its revision; empty for source rows. */
        public String rev() {
            return change.rev();
        }

        /** Returns its rows. */
        public List<R> rows() {
            return change.rows();
        }

        /** Returns the same item with some of its rows, or none. */
        Ready<R> with(List<R> some) {
            return isPresent() ? present(id, rev(), docType, some, entries) : this;
        }
    }
}
