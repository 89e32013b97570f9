// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.gson.JsonObject;
import io.couchmigrator.CouchServer;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.ShardMap;
import io.couchmigrator.internal.postgres.TargetName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import javax.sql.DataSource;

/**
 * What a run is to do, and with what.
 *
 * @param migration the migration
 * @param source the CouchDB server
 * @param target where PostgreSQL connections come from
 * @param shards which database holds which shards; empty where the target is not sharded
 * @param tableSources where the table of a stage is, by the stage's name, if not in the target
 * @param logDirectory where everything is kept
 * @param workers how many ranges are read at once
 * @param chunkSize the most items in a batch
 * @param maxDocumentsPerSecond how fast documents may be read; 0 sets no limit
 * @param maxRejects how many rejects may be outstanding when one more is found
 * @param maxRejectedPercent how many of a hundred documents may be rejected
 * @param maxOutage how long a passing error is waited out
 * @param startOver whether offsets and rejects are put aside first
 * @param reread whether all is read again, with rows and rejects as they are
 * @param acceptFailover whether to go on where the target is on another timeline than before
 * @param acceptNewSource whether sources that are not those of the offset file are taken for new ones
 * @param adopt whether tables that are to be owned are taken whose ever they are
 * @param listener who is told
 */
public record Settings(
        Migration migration,
        CouchServer source,
        DataSource target,
        Optional<ShardMap> shards,
        Map<String, DataSource> tableSources,
        Path logDirectory,
        int workers,
        int chunkSize,
        int maxDocumentsPerSecond,
        OptionalLong maxRejects,
        OptionalDouble maxRejectedPercent,
        Duration maxOutage,
        boolean startOver,
        boolean reread,
        boolean acceptFailover,
        boolean acceptNewSource,
        boolean adopt,
        Listener listener) {
    public Settings {
        tableSources = Collections.unmodifiableMap(new LinkedHashMap<>(tableSources));
    }

    /** Returns what may stand in the history: no secret. */
    JsonObject json(Verb verb) {
        JsonObject json = new JsonObject();
        json.addProperty("purpose", verb.writes() ? "migrate" : "verify");
        if (verb.depth() != Depth.FULL) {
            json.addProperty("depth", verb.depth().name().toLowerCase(Locale.ROOT));
        }
        json.addProperty("migration", migration.slug());
        json.addProperty("couch_url", source.toString());
        json.addProperty("couch_user", source.user().orElse(null));
        shards.ifPresent(map -> json.addProperty("shards", map.toString()));
        if (!tableSources.isEmpty()) {
            JsonObject sources = new JsonObject();
            tableSources.forEach((stage, source) -> sources.addProperty(stage, TargetName.of(source)));
            json.add("table_sources", sources);
        }
        json.addProperty("num_workers", workers);
        json.addProperty("chunk_size", chunkSize);
        json.addProperty("max_docs_per_second", maxDocumentsPerSecond);
        maxRejects.ifPresent(most -> json.addProperty("max_rejects", most));
        maxRejectedPercent.ifPresent(percent -> json.addProperty("max_rejected_percent", percent));
        json.addProperty("max_outage", maxOutage.toString());
        json.addProperty("reset", startOver);
        json.addProperty("reread", reread);
        json.addProperty("accept_failover", acceptFailover);
        json.addProperty("accept_new_source", acceptNewSource);
        json.addProperty("adopt", adopt);
        return json;
    }
}
