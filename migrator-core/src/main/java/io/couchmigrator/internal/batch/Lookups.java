// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Document;
import io.couchmigrator.Lookup;
import io.couchmigrator.internal.couch.CouchRow.State;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.postgres.Halves;
import io.couchmigrator.internal.postgres.RowAttempts;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.Statements;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.source.Sources;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Asks the lookups of a stage, once a batch. Safe for use by multiple threads, each with a session of its own. */
record Lookups(Sources sources, Patience target) {
    /** Returns what is found under the keys that all items of a batch need. */
    Map<Lookup<?, ?>, LookedUp> ask(Map<Lookup<?, ?>, Set<Object>> keys, Session session) {
        Map<Lookup<?, ?>, LookedUp> found = new HashMap<>();
        keys.forEach((lookup, asked) -> found.put(lookup, ask(lookup, asked, session)));
        return found;
    }

    private LookedUp ask(Lookup<?, ?> lookup, Set<Object> keys, Session session) {
        if (keys.isEmpty()) {
            return new LookedUp(keys, Map.of(), Set.of());
        }
        if (lookup instanceof Lookup.Rows rows) {
            return rows(rows, keys, session);
        }
        return documents((Lookup.Documents) lookup, keys);
    }

    private LookedUp rows(Lookup.Rows lookup, Set<Object> keys, Session session) {
        RowAttempts attempts = new RowAttempts(
                session,
                "look up rows of table \"%s\"".formatted(lookup.table()),
                connection -> Statements.lookup(connection, lookup, List.of()));
        Map<Long, String> values = new HashMap<>();
        Set<Long> unreadable = new HashSet<>();
        Halves.of(
                keys.stream().map(Long.class::cast).toList(),
                some -> values.putAll(target.persist(
                        () -> attempts.make(some.size(), connection -> Statements.lookup(connection, lookup, some)))),
                (key, fault) -> unreadable.add(key));
        return new LookedUp(keys, values, unreadable);
    }

    private LookedUp documents(Lookup.Documents lookup, Set<Object> keys) {
        List<String> ids = new ArrayList<>();
        keys.forEach(key -> ids.add((String) key));
        Map<String, Document> values = new HashMap<>();
        Set<String> unreadable = new HashSet<>();
        sources.byId(lookup.database(), ids, Wanted.of(lookup.fields()), row -> {
            if (row.state() == State.DOCUMENT) {
                values.put(row.id(), row.document());
            } else if (row.state() == State.UNREADABLE) {
                unreadable.add(row.id());
            }
        });
        return new LookedUp(keys, values, unreadable);
    }
}
