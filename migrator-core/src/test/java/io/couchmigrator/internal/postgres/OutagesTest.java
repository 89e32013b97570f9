// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OutagesTest {
    @ParameterizedTest
    @CsvSource({
        "55P03, end it: pg_locks tells which",
        "57014, give statements more time",
        "08006, check that the server runs and can be reached from here"
    })
    void adviseByWhatIsWrong(String sqlState, String advice) {
        SQLException seen = new SQLException("seen by the test", sqlState);

        assertThat(Outages.passing("PostgreSQL", "look at the target", seen).whenGivenUp())
                .hasMessageStartingWith("PostgreSQL: could not look at the target: ")
                .hasMessageContaining(advice);
    }
}
