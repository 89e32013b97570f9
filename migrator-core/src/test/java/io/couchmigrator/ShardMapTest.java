// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

final class ShardMapTest {
    @Test
    void takesRangesInAnyOrder() {
        ShardMap map = map(2, 3, 0, 1).build();

        assertThat(map).hasToString("[0,1] [2,3]");
        assertThat(map.size()).isEqualTo(4);
        assertThat(map.databases()).extracting(ShardMap.Shards::first).containsExactly(0, 2);
    }

    @Test
    void takesOneDatabaseForAll() {
        assertThat(map(0, 0).build().size()).isEqualTo(1);
        assertThat(map(0, 1023).build().size()).isEqualTo(1024);
    }

    @Test
    void refusesAnEmptyMap() {
        assertThat(ShardMap.builder().faults())
                .containsExactly("the map of shards is empty: expected at least one database");
    }

    @Test
    void refusesAGap() {
        assertThat(map(0, 0, 3, 3).faults())
                .containsExactly(
                        "shards 1 to 2 are missing from the map of shards [0,0] [3,3]: expected every shard from 0 in one database");
    }

    @Test
    void refusesAMapThatDoesNotBeginAtZero() {
        assertThat(map(1, 1, 2, 3).faults())
                .containsExactly(
                        "shard 0 is missing from the map of shards [1,1] [2,3]: expected every shard from 0 in one database");
    }

    @Test
    void refusesAnOverlap() {
        assertThat(map(0, 2, 1, 3).faults())
                .containsExactly(
                        "shards 1 to 2 are in more than one database in the map of shards [0,2] [1,3]: expected every shard in one");
    }

    @Test
    void knowsWhatNoFurtherRangeWouldMend() {
        assertThat(map(1, 1, 3, 4).conflicts()).isEmpty();
        assertThat(ShardMap.builder().conflicts()).isEmpty();
        assertThat(map(1, 2, 2, 4).conflicts())
                .containsExactly(
                        "shard 2 is in more than one database in the map of shards [1,2] [2,4]: expected every shard in one");
    }

    @Test
    void refusesANumberThatIsNoPowerOfTwo() {
        assertThat(map(0, 1, 2, 2).faults())
                .containsExactly("the map of shards [0,1] [2,2] has 3 shards: expected a power of two, 65536 at most");
    }

    @Test
    void refusesARangeThatIsNone() {
        assertThat(map(1, 0, 0, 1).faults())
                .containsExactly("shards [1,0] are no range: expected [FIRST,LAST], numbered from 0");
        assertThat(map(-1, 0, 0, 1).faults())
                .containsExactly("shards [-1,0] are no range: expected [FIRST,LAST], numbered from 0");
    }

    @Test
    void refusesADatabaseThatIsNamedTwice() {
        DataSource same = new PGSimpleDataSource();

        assertThat(ShardMap.builder().shards(0, 0, same).shards(1, 1, same).faults())
                .containsExactly(
                        "shards [1,1] name a database that has others already: expected one range for each database");
    }

    @Test
    void tellsAllFaultsAtOnce() {
        assertThatThrownBy(() -> map(1, 1, 1, 2, 5, 5).build())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll(
                        "shard 0 is missing", "shard 1 is in more", "shards 3 to 4 are missing", "has 6 shards");
    }

    @Test
    void refusesMoreShardsThanCanBeCounted() {
        assertThat(map(0, Integer.MAX_VALUE).faults())
                .containsExactly(
                        "the map of shards [0,2147483647] has 2147483648 shards: expected a power of two, 65536 at most");
    }

    private static ShardMap.Builder map(int... bounds) {
        ShardMap.Builder builder = ShardMap.builder();
        for (int i = 0; i < bounds.length; i += 2) {
            builder.shards(bounds[i], bounds[i + 1], new PGSimpleDataSource());
        }
        return builder;
    }
}
