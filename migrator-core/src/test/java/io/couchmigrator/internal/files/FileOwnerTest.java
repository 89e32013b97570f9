// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileOwnerTest {
    @TempDir
    private Path logs;

    @Test
    void saysWhoseAFileIsAndHowTheUserOfThisProcessIsToHaveIt() {
        FileOwner other = new FileOwner(logs.resolve("orders.lock"), "root", "migrator");

        assertThat(other.advice())
                .hasValue("\"orders.lock\" belongs to user root, and this is user migrator: run it as one user always,"
                        + " and let that one have what is there: sudo chown -R migrator '" + logs + "'");
        assertThat(new FileOwner(logs, "root", "migrator").advice())
                .hasValueSatisfying(advice -> assertThat(advice).endsWith("'" + logs + "'"));
    }

    @Test
    void saysNothingOfWhatIsThisUsersOwnOrCanBeUsed() {
        assertThat(new FileOwner(logs, "migrator", "migrator").advice()).isEmpty();
        assertThat(FileOwner.advice(logs.resolve("not/there"))).isEmpty();
    }
}
