// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.internal.offsets.TargetIdentity;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("values")
final class AdvisoryLockTest {
    /** Two versions of the program on two hosts must come to the same key. */
    @Test
    void keepsItsKeyForEver() {
        // printf 'couch-migrator orders 16384 7,11' | sha256sum
        assertThat(AdvisoryLock.key("orders", target(16384, Map.of("a", 11L, "b", 7L))))
                .isEqualTo(0x2a5fb9811303de7cL);
    }

    @Test
    void hasAnotherKeyForAnotherMigrationDatabaseOrTable() {
        Map<String, Long> tables = Map.of("a", 11L);

        assertThat(new long[] {
                    AdvisoryLock.key("orders", target(1, tables)),
                    AdvisoryLock.key("orders2", target(1, tables)),
                    AdvisoryLock.key("orders", target(2, tables)),
                    AdvisoryLock.key("orders", target(1, Map.of("a", 12L)))
                })
                .doesNotHaveDuplicates();
    }

    private static TargetIdentity target(long database, Map<String, Long> tables) {
        return new TargetIdentity(Optional.of("7123"), "shop", database, tables, OptionalLong.of(1));
    }
}
