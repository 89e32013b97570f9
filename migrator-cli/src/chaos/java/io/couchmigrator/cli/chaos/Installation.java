// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.Router;
import io.couchmigrator.cli.ShardsFile;
import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The databases of a story: the main one, and those that rows go to, every other one on the second server. Where the
 * story has no shards, the main one is all there is.
 */
final class Installation implements AutoCloseable {
    private static final int SHARDS = 8;
    private static final Router<Row> ROUTER = Router.sipHash(Row::documentId);

    private final List<PostgresServer> servers;
    private final Program program;
    private final TestDatabase main;
    private final boolean emptied;
    private final List<TestDatabase> sharded = new ArrayList<>();

    Installation(Story story, List<PostgresServer> servers, SampleDocuments sample) throws SQLException {
        int sharded = story.databases();
        this.servers = sharded == 0 ? servers.subList(0, 1) : List.copyOf(servers);
        this.program = story.program();
        this.main = servers.get(0).createDatabase();
        sample.loadInto(main);
        this.emptied = story.emptied();
        if (sharded > 0 && !emptied) {
            main.execute("drop table blobs_blobmeta");
        }
        for (int number = 0; number < sharded; number++) {
            TestDatabase database = servers.get((number + 1) % servers.size()).createDatabase();
            this.sharded.add(database);
            database.create(BlobSchema.TARGET);
        }
    }

    TestDatabase main() {
        return main;
    }

    /** Returns what every command needs beside where the main database is. */
    List<String> options(Path directory) throws IOException {
        return sharded.isEmpty() ? List.of() : List.of(ShardsFile.write(directory, SHARDS, sharded));
    }

    TestDatabase anyDatabase(Random random) {
        int drawn = random.nextInt(sharded.size() + 1);
        return drawn == sharded.size() ? main : sharded.get(drawn);
    }

    PostgresServer anyServer(Random random) {
        return servers.get(random.nextInt(servers.size()));
    }

    /** Returns all rows that there are, and requires each of them to be where it belongs. */
    List<Row> rows() throws Violation, SQLException {
        if (sharded.isEmpty()) {
            return program.read(main);
        }
        List<Row> all = new ArrayList<>();
        for (int number = 0; number < sharded.size(); number++) {
            for (Row row : program.read(sharded.get(number))) {
                int expected = ROUTER.shard(row, SHARDS) / (SHARDS / sharded.size());
                if (expected != number) {
                    throw new Violation(
                            "in database %d of shards, expected in %d: %s".formatted(number, expected, row));
                }
                all.add(row);
            }
        }
        if (emptied && !program.read(main).isEmpty()) {
            throw new Violation("the main database of a sharded target has rows");
        }
        return all;
    }

    @Override
    public void close() throws SQLException {
        for (TestDatabase database : sharded) {
            database.close();
        }
        main.close();
    }
}
