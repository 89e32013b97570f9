// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.CouchServer;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.ShardMap;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * What a run or a check is to work with.
 *
 * @param logDirectory the log directory, which may not exist yet
 * @param chunkSize the most documents in a batch
 * @param workers how many ranges are read at once
 * @param maxDocumentsPerSecond how fast documents may be read; 0 sets no limit
 * @param couch the source
 * @param databases its databases that are named; of {@code migrate_metadata} the main one
 * @param documents what is set for {@code documents} alone
 * @param target the target
 * @param shards where the rows of a sharded target go
 * @param sources where the tables of stages are that are not in the target, by the stages' names
 * @param maxRejects how many documents may be rejected
 * @param maxDuration how long it may take; empty for as long as it likes
 * @param maxOutage how long a passing error is waited out
 * @param startOver whether offset and rejects files are put aside
 * @param acceptFailover whether to go on after a fail-over of the target
 * @param acceptNewSource whether databases that are not those of the offset file are taken for new ones
 * @param depth how much a verification compares
 * @param telling how much is told, and to whom
 * @param warnings what the operator should know before anything is done
 */
public record Settings(
        Path logDirectory,
        int chunkSize,
        int workers,
        int maxDocumentsPerSecond,
        CouchServer couch,
        List<String> databases,
        DocumentsSettings documents,
        DataSource target,
        Optional<ShardMap> shards,
        Map<String, DataSource> sources,
        MaxRejects maxRejects,
        Optional<Duration> maxDuration,
        Duration maxOutage,
        boolean startOver,
        boolean acceptFailover,
        boolean acceptNewSource,
        Depth depth,
        Telling telling,
        List<String> warnings) {
    public Settings {
        databases = List.copyOf(databases);
        warnings = List.copyOf(warnings);
    }

    /** Returns how messages call the main database of the target. */
    public String targetName() {
        return "PostgreSQL at " + DatabaseEntry.place(target);
    }

    /** Returns what is to be told of them before anything is done. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>(documents.lines());
        shards.map(ShardSettings::lines).ifPresent(lines::addAll);
        lines.addAll(SourceSettings.lines(sources));
        return lines;
    }

    /** Returns a migrator with these settings. */
    public Migrator migrator(Migration migration, Listener listener) {
        Migrator.Builder builder = Migrator.builder(migration)
                .source(couch)
                .target(target)
                .logDirectory(logDirectory)
                .chunkSize(chunkSize)
                .workers(workers)
                .maxDocumentsPerSecond(maxDocumentsPerSecond)
                .maxOutage(maxOutage)
                .startOver(startOver)
                .acceptFailover(acceptFailover)
                .acceptNewSource(acceptNewSource)
                .adopt(documents.adopt())
                .reread(documents.reread())
                .listener(listener);
        shards.ifPresent(builder::shards);
        sources.forEach(builder::tableSource);
        maxRejects.limit(builder);
        maxDuration.ifPresent(builder::maxDuration);
        return builder.build();
    }
}
