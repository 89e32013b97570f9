// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import io.couchmigrator.internal.identity.Difference.Kind;
import io.couchmigrator.internal.identity.Difference.OfFile;
import io.couchmigrator.internal.identity.Difference.OfTimeline;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.offsets.TargetIdentity.ShardsIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Tells in what a target differs from the one that was written: its databases, its map of shards, its timelines. */
final class TargetComparison {
    private final TargetIdentity saved;
    private final TargetIdentity seen;
    private final Set<String> owned;
    private final List<Difference> differences = new ArrayList<>();

    private TargetComparison(TargetIdentity saved, TargetIdentity seen, Set<String> owned) {
        this.saved = saved;
        this.seen = seen;
        this.owned = owned;
    }

    /**
     * @param stages those that were planned: another one may read wherever it likes
     * @param owned the tables that stages own: one that is gone would be created again, without the rows that were written
     */
    static List<Difference> differences(
            TargetIdentity saved, TargetIdentity seen, List<String> stages, Set<String> owned) {
        TargetComparison comparison = new TargetComparison(saved, seen, owned);
        comparison.main();
        comparison.map();
        stages.forEach(comparison::source);
        comparison.timelines();
        return comparison.differences;
    }

    private void main() {
        if (saved.systemIdentifier().isPresent() && seen.systemIdentifier().isPresent()) {
            expect(
                    "PostgreSQL system_identifier",
                    saved.systemIdentifier().get(),
                    seen.systemIdentifier().get());
        }
        expect("database", saved.database(), seen.database());
        expect("database oid", saved.databaseOid(), seen.databaseOid());
        tables(saved, seen, "");
    }

    private void map() {
        if (seen.shards().isEmpty() && !saved.shards().isEmpty()) {
            differ(Kind.NO_MAP, "map of shards", saved.map(), "none");
        } else if (!saved.map().equals(seen.map())) {
            differ(Kind.MAP, "map of shards", saved.map(), seen.map());
        } else {
            for (int i = 0; i < saved.shards().size(); i++) {
                shards(saved.shards().get(i), seen.shards().get(i).database());
            }
        }
    }

    private void shards(ShardsIdentity held, TargetIdentity now) {
        String which = "database of shards " + held.range();
        if (held.database().isOtherThan(now)) {
            String elsewhere = saved.shards().stream()
                    .filter(other -> !other.database().isOtherThan(now))
                    .findFirst()
                    .map(other -> ", which holds shards %s as the file says".formatted(other.range()))
                    .orElse("");
            differ(Kind.MAP, which, held.database().described(), now.described() + elsewhere);
        } else {
            tables(held.database(), now, which + ": ");
        }
    }

    private void tables(TargetIdentity then, TargetIdentity now, String which) {
        then.tables().forEach((table, oid) -> {
            Long found = now.tables().get(table);
            if (found != null || owned.contains(table)) {
                expect("%soid of table \"%s\"".formatted(which, table), oid, found == null ? "none" : found);
            }
        });
    }

    /** The keys of one table say nothing about the rows of another. */
    private void source(String stage) {
        Optional<TargetIdentity> before = Optional.ofNullable(saved.sources().get(stage));
        Optional<TargetIdentity> named = Optional.ofNullable(seen.sources().get(stage));
        TargetIdentity then = before.orElse(saved);
        TargetIdentity now = named.orElse(seen);
        if ((before.isPresent() || named.isPresent()) && then.isOtherThan(now)) {
            differ(
                    named.isPresent() ? Kind.PLACE : Kind.NO_TABLE_SOURCE,
                    "database of the table of stage \"%s\"".formatted(stage),
                    then.described(),
                    now.described());
        }
    }

    private void timelines() {
        timeline("PostgreSQL", saved, seen);
        int both = Math.min(saved.shards().size(), seen.shards().size());
        for (int i = 0; i < both; i++) {
            ShardsIdentity held = seen.shards().get(i);
            String which = "shards " + held.range();
            timeline(server(held.database(), which), saved.shards().get(i).database(), held.database());
        }
        seen.sources()
                .forEach((stage, now) -> Optional.ofNullable(saved.sources().get(stage))
                        .ifPresent(then -> timeline(server(now, stage), then, now)));
    }

    private static String server(TargetIdentity database, String which) {
        return "PostgreSQL with database \"%s\" (%s)".formatted(database.database(), which);
    }

    private void timeline(String server, TargetIdentity then, TargetIdentity now) {
        OptionalLong before = then.timeline();
        if (before.isPresent() && now.timeline().isPresent() && !before.equals(now.timeline())) {
            differences.add(new OfTimeline(server, now.timeline().getAsLong(), before.getAsLong()));
        }
    }

    private void expect(String what, Object then, Object now) {
        if (!then.equals(now)) {
            differ(Kind.PLACE, what, String.valueOf(then), String.valueOf(now));
        }
    }

    private void differ(Kind kind, String what, String then, String now) {
        differences.add(new OfFile(kind, what, now, then));
    }
}
