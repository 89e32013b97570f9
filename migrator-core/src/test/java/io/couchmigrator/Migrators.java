// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;

/** Migrators that wait little and read with one worker. */
public final class Migrators {
    private Migrators() {}

    /** Starts one. */
    public static Migrator.Builder of(Migration migration, String server, TestDatabase database, Path logs) {
        return Migrator.builder(migration)
                .source(CouchServer.builder(server)
                        .connectTimeout(Duration.ofSeconds(5))
                        .readTimeout(Duration.ofSeconds(5))
                        .build())
                .target(database.dataSource())
                .logDirectory(logs)
                .workers(1)
                .maxOutage(Duration.ofMinutes(1));
    }
}
