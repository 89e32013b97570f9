// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.retry.Reporter;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WriteSizeTest {
    private final List<String> told = new ArrayList<>();
    private final WriteSize size = new WriteSize("orders", new Reporter(new Listener() {
        @Override
        public void warned(String message) {
            told.add(message.replaceAll(".*Set chunkSize\\(([0-9]+)\\),.*", "$1"));
        }
    }));
    private final SqlFault cancelled = SqlFault.of(new SQLException("cancelled", "57014"));

    @Test
    void tellsAgainWhereWhatItToldOfIsTooMany() {
        size.tooMany(1000, cancelled);
        size.passed(500);
        size.passed(500);
        size.tooMany(500, cancelled);
        size.passed(250);

        assertThat(told).containsExactly("500", "250");
    }

    @Test
    void tellsNothingNewWhereMoreWereTriedInVain() {
        size.tooMany(100, cancelled);
        for (int i = 0; i < 40; i++) {
            size.passed(50);
        }
        size.tooMany(100, cancelled);
        size.passed(50);

        assertThat(told).containsExactly("50");
    }
}
