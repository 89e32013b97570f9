// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.Listener;
import io.couchmigrator.ShardMap.Shards;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Databases of a target that are told apart. */
@ExtendWith(MigratorExtension.class)
final class TargetDatabaseIT {
    @Test
    void knowsWhetherAnotherIsTheSame(TestDatabase here, PostgresServer postgres) throws Exception {
        try (TestDatabase there = postgres.createDatabase();
                TargetDatabase one = database(here, 0);
                TargetDatabase same = database(here, 1);
                TargetDatabase other = database(there, 2)) {
            assertThat(one.isSame(same)).isTrue();
            assertThat(one.isSame(other)).isFalse();
        }
    }

    @Test
    void namesTheOneThatIsAwayWhicheverIsAsked(TestDatabase here) throws Exception {
        try (PostgresServer server = PostgresServer.start();
                TestDatabase there = server.createDatabase();
                TargetDatabase one = database(here, 0);
                TargetDatabase away = database(there, 1)) {
            assertThat(one.isSame(away)).isFalse();
            server.stop();

            assertThatThrownBy(() -> one.isSame(away))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContaining("(shards [1,1])")
                    .hasMessageNotContaining("(shards [0,0])");
            assertThat(one.sessions().own().isOpen()).isTrue();
            assertThatThrownBy(() -> away.isSame(one))
                    .isInstanceOf(TargetException.class)
                    .hasMessageContaining("(shards [1,1])")
                    .hasMessageNotContaining("(shards [0,0])");
            server.restart();
        }
    }

    private static TargetDatabase database(TestDatabase database, int shard) {
        return TargetDatabase.of(
                new Shards(shard, shard, database.dataSource()),
                1,
                name -> new Patience(
                        name,
                        Duration.ofMillis(200),
                        new StopSignal(),
                        new Reporter(new Listener() {}),
                        Clock.systemUTC()));
    }
}
