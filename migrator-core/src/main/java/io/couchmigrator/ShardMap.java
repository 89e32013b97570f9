// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Which database of a sharded target holds which shards. Immutable.
 *
 * <pre>{@code
 * ShardMap map = ShardMap.builder()
 *         .shards(0, 1, first)
 *         .shards(2, 3, second)
 *         .build();
 * }</pre>
 *
 * <p>Shards are numbered from 0 without gap or overlap, and their number is a power of two, 65,536 at most. A {@link Router} says to which
 * of them a row belongs.
 */
public final class ShardMap {
    private static final int MOST = 1 << 16;

    private final List<Shards> databases;

    private ShardMap(List<Shards> databases) {
        this.databases = List.copyOf(databases);
    }

    /** Starts a map. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns the databases in the order of their shards. */
    public List<Shards> databases() {
        return databases;
    }

    /** Returns how many shards there are. */
    public int size() {
        return databases.get(databases.size() - 1).last() + 1;
    }

    /** Returns the ranges of shards, such as {@code [0,1] [2,3]}. */
    @Override
    public String toString() {
        return ranges(databases);
    }

    private static String ranges(List<Shards> databases) {
        return String.join(" ", databases.stream().map(Shards::range).toList());
    }

    /**
     * The shards that one database holds.
     *
     * @param first the lowest of them
     * @param last the highest of them
     * @param database where connections to it come from; see {@link Migrator.Builder#target} for how many are borrowed
     */
    public record Shards(int first, int last, DataSource database) {
        public Shards {
            Objects.requireNonNull(database, "database");
        }

        /** Returns the shards, such as {@code [0,1]}. */
        public String range() {
            return "[%s,%s]".formatted(first, last);
        }

        /** Returns the shards only: what a data source tells of itself may be a secret. */
        @Override
        public String toString() {
            return range();
        }
    }

    /** Builds a {@link ShardMap}; not safe for use by multiple threads. */
    public static final class Builder {
        private final List<Shards> databases = new ArrayList<>();

        private Builder() {}

        /** Adds a database that holds the shards from {@code first} to {@code last}, both included. */
        public Builder shards(int first, int last, DataSource database) {
            databases.add(new Shards(first, last, database));
            return this;
        }

        /** Returns all that is wrong with what was added so far, each a whole sentence; empty if it makes a map. */
        public List<String> faults() {
            return ShardMap.faults(sorted(), true);
        }

        /**
         * Returns what is wrong with what was added so far whatever else may be added, each a whole sentence: ranges that
         * are none or overlap, and databases that have two. For whoever could not read all ranges.
         */
        public List<String> conflicts() {
            return ShardMap.faults(sorted(), false);
        }

        /**
         * Returns the map.
         *
         * @throws IllegalStateException if it has {@linkplain #faults faults}, naming all of them
         */
        public ShardMap build() {
            List<Shards> sorted = sorted();
            List<String> faults = ShardMap.faults(sorted, true);
            if (!faults.isEmpty()) {
                throw new IllegalStateException(String.join("; ", faults));
            }
            return new ShardMap(sorted);
        }

        private List<Shards> sorted() {
            return databases.stream()
                    .sorted(Comparator.comparingInt(Shards::first).thenComparingInt(Shards::last))
                    .toList();
        }
    }

    /** @param all whether nothing else will be added */
    private static List<String> faults(List<Shards> sorted, boolean all) {
        if (all && sorted.isEmpty()) {
            return List.of("the map of shards is empty: expected at least one database");
        }
        List<String> faults = new ArrayList<>();
        Set<DataSource> seen = new HashSet<>();
        long next = 0;
        for (Shards shards : sorted) {
            if (shards.first() < 0 || shards.last() < shards.first()) {
                faults.add("shards %s are no range: expected [FIRST,LAST], numbered from 0".formatted(shards.range()));
                continue;
            }
            if (all && shards.first() > next) {
                faults.add("%s missing from the map of shards %s: expected every shard from 0 in one database"
                        .formatted(named(next, shards.first() - 1L, "is", "are"), ranges(sorted)));
            } else if (shards.first() < next) {
                faults.add("%s in more than one database in the map of shards %s: expected every shard in one"
                        .formatted(
                                named(shards.first(), Math.min(next - 1, shards.last()), "is", "are"), ranges(sorted)));
            }
            if (!seen.add(shards.database())) {
                faults.add("shards %s name a database that has others already: expected one range for each database"
                        .formatted(shards.range()));
            }
            next = Math.max(next, shards.last() + 1L);
        }
        if (all && (next == 0 || Long.bitCount(next) != 1 || next > MOST)) {
            faults.add("the map of shards %s has %s shards: expected a power of two, %s at most"
                    .formatted(ranges(sorted), next, MOST));
        }
        return faults;
    }

    private static String named(long first, long last, String one, String several) {
        return first == last
                ? "shard %s %s".formatted(first, one)
                : "shards %s to %s %s".formatted(first, last, several);
    }
}
