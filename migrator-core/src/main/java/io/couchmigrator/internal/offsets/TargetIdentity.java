// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What tells one target from another.
 *
 * @param systemIdentifier the server's; empty where the user may not read it
 * @param database the database's name
 * @param databaseOid the database's oid
 * @param tables the oid of each table that is written
 * @param timeline the server's timeline; empty where it is not known. Not what the target is, but how far what was
 *     written there can be relied on
 * @param shards the databases that rows go to instead, in the order of their shards; empty unless the target is sharded
 * @param sources the databases that have the tables of stages, by the stages' names, where this one has not
 */
public record TargetIdentity(
        Optional<String> systemIdentifier,
        String database,
        long databaseOid,
        Map<String, Long> tables,
        OptionalLong timeline,
        List<ShardsIdentity> shards,
        Map<String, TargetIdentity> sources) {
    public TargetIdentity {
        shards = List.copyOf(shards);
        sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
    }

    /** Returns the identity of a database without shards or tables elsewhere. */
    public TargetIdentity(
            Optional<String> systemIdentifier,
            String database,
            long databaseOid,
            Map<String, Long> tables,
            OptionalLong timeline) {
        this(systemIdentifier, database, databaseOid, tables, timeline, List.of(), Map.of());
    }

    /**
     * What tells a database of shards from another.
     *
     * @param first the lowest of its shards
     * @param last the highest of them
     * @param database the database; it has no shards elsewhere
     */
    public record ShardsIdentity(int first, int last, TargetIdentity database) {
        /** Returns the shards, such as {@code [0,1]}. */
        public String range() {
            return "[%s,%s]".formatted(first, last);
        }
    }

    /** Returns the same on this timeline. */
    public TargetIdentity on(OptionalLong seen) {
        return new TargetIdentity(systemIdentifier, database, databaseOid, tables, seen, shards, sources);
    }

    /** Returns the same with these databases for its rows. */
    public TargetIdentity with(List<ShardsIdentity> others) {
        return new TargetIdentity(systemIdentifier, database, databaseOid, tables, timeline, others, sources);
    }

    /** Returns the same with these tables, by their oids, in each of the databases that rows go to. */
    public TargetIdentity writing(List<Map<String, Long>> written) {
        if (shards.isEmpty()) {
            return new TargetIdentity(
                    systemIdentifier, database, databaseOid, written.get(0), timeline, shards, sources);
        }
        List<ShardsIdentity> others = new ArrayList<>();
        for (ShardsIdentity held : shards) {
            others.add(new ShardsIdentity(
                    held.first(), held.last(), held.database().writing(List.of(written.get(others.size())))));
        }
        return with(others);
    }

    /** Returns the same with these databases for the tables of stages. */
    public TargetIdentity reading(Map<String, TargetIdentity> others) {
        return new TargetIdentity(systemIdentifier, database, databaseOid, tables, timeline, shards, others);
    }

    /** Returns the ranges of shards, such as {@code [0,1] [2,3]}; "none" if there are none. */
    public String map() {
        return shards.isEmpty()
                ? "none"
                : String.join(" ", shards.stream().map(ShardsIdentity::range).toList());
    }

    /** Returns whether this is another database than that, as far as both tell. */
    public boolean isOtherThan(TargetIdentity other) {
        boolean sameServer = systemIdentifier.isEmpty()
                || other.systemIdentifier.isEmpty()
                || systemIdentifier.equals(other.systemIdentifier);
        return !sameServer || !database.equals(other.database) || databaseOid != other.databaseOid;
    }

    /** Returns the database's name, and what tells it from another of that name. */
    public String described() {
        return "\"%s\" (oid %s%s)"
                .formatted(
                        database,
                        databaseOid,
                        systemIdentifier.map(" on server %s"::formatted).orElse(""));
    }

    /** Returns the same, with what it does not tell of itself taken from what was known of it before. */
    public TargetIdentity completedBy(TargetIdentity before) {
        List<ShardsIdentity> completed = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            ShardsIdentity held = shards.get(i);
            TargetIdentity known = before.shards.get(i).database();
            completed.add(new ShardsIdentity(
                    held.first(), held.last(), held.database().completedBy(known)));
        }
        Map<String, TargetIdentity> completedSources = new LinkedHashMap<>();
        sources.forEach((stage, seen) -> {
            TargetIdentity known = before.sources.get(stage);
            completedSources.put(stage, known == null ? seen : seen.completedBy(known));
        });
        return new TargetIdentity(
                systemIdentifier.or(() -> before.systemIdentifier),
                database,
                databaseOid,
                withLeft(before.tables),
                timeline.isPresent() ? timeline : before.timeline,
                completed,
                completedSources);
    }

    /** Returns the tables with those of stages that are left as they are. */
    private Map<String, Long> withLeft(Map<String, Long> before) {
        Map<String, Long> all = new LinkedHashMap<>(before);
        all.putAll(tables);
        return all;
    }
}
