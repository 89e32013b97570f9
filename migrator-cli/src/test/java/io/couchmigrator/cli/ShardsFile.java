// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A configuration file with a map of shards. */
public final class ShardsFile {
    private ShardsFile() {}

    /**
     * Writes a map in which each database holds as many shards, in their order.
     *
     * @return the option that names the file
     */
    public static String write(Path directory, int shards, List<TestDatabase> databases) throws IOException {
        int each = shards / databases.size();
        List<String> entries = new ArrayList<>();
        for (TestDatabase database : databases) {
            int first = entries.size() * each;
            entries.add("{\"shards\": [%d, %d], \"jdbc-url\": \"%s?user=%s&password=%s\"}"
                    .formatted(first, first + each - 1, database.jdbcUrl(), database.user(), database.password()));
        }
        Path file = directory.resolve("shards.json");
        Files.writeString(file, "{\"shards\": [" + String.join(", ", entries) + "]}");
        return "--config=" + file;
    }
}
