// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.Tables;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Starts {@code bin/migrator} as an operator does, into databases of its own each time. */
final class MigrationProgram {
    private final String database;
    private final Subject<?> subject;
    private final Options options;
    private final PostgresServer postgres;
    private final Path cache;

    /**
     * @param database the main database's name
     * @param cache where Java's archive of the program's classes is
     */
    MigrationProgram(String database, Subject<?> subject, Options options, PostgresServer postgres, Path cache) {
        this.database = database;
        this.subject = subject;
        this.options = options;
        this.postgres = postgres;
        this.cache = cache;
    }

    /**
     * Migrates, and fails unless all rows are as they must be.
     *
     * @param source where CouchDB is reached
     * @param place where console, logs and offsets go
     */
    Taken migrate(Migrated one, URI source, Path place) throws Exception {
        List<TestDatabase> shards = new ArrayList<>();
        try (TestDatabase target = postgres.createDatabase()) {
            target.create(subject.tables().toArray(Tables[]::new));
            List<String> command = command(one);
            if (one.databases() > 1) {
                for (int i = 0; i < one.databases(); i++) {
                    TestDatabase shard = postgres.createDatabase();
                    shards.add(shard);
                    shard.create(subject.tables().get(0));
                }
                command.add("--config=" + config(shards, place));
            }
            Taken taken = new Program(command, environment(source, target, one.jvmOptions())).runIn(place);
            subject.requireRows(shards.isEmpty() ? List.of(target) : shards, "the migration, see " + place);
            return taken;
        } finally {
            for (TestDatabase shard : shards) {
                shard.close();
            }
        }
    }

    private static Path config(List<TestDatabase> shards, Path place) throws IOException {
        List<String> entries = new ArrayList<>();
        for (TestDatabase shard : shards) {
            entries.add("{\"shards\": [%d, %d], \"jdbc-url\": \"%s?user=%s&password=%s\"}"
                    .formatted(entries.size(), entries.size(), shard.jdbcUrl(), shard.user(), shard.password()));
        }
        Files.createDirectories(place);
        return Files.writeString(place.resolve("shards.json"), "{\"shards\": [" + String.join(", ", entries) + "]}");
    }

    private List<String> command(Migrated one) {
        List<String> command = new ArrayList<>(List.of(options.program().toString()));
        command.addAll(subject.words());
        command.add("--log-dir=logs");
        command.add("--couch-db=" + database);
        command.add("--num-workers=" + options.workers());
        command.add("--chunk-size=" + options.chunkSize());
        command.addAll(one.commandOptions());
        return command;
    }

    private Map<String, String> environment(URI source, TestDatabase target, String jvmOptions) {
        Map<String, String> environment = new HashMap<>();
        environment.put("COUCHDB_URL", source.toString());
        environment.put("PGHOST", target.host());
        environment.put("PGPORT", String.valueOf(target.port()));
        environment.put("PGDATABASE", target.name());
        environment.put("PGUSER", target.user());
        environment.put("PGPASSWORD", target.password());
        environment.put("XDG_CACHE_HOME", cache.toString());
        environment.put("MIGRATOR_OPTS", (Heap.OPTION + " " + jvmOptions).strip());
        return environment;
    }
}
