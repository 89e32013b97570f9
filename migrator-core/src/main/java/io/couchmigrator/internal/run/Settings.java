// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.CouchServer;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.ShardMap;
import io.couchmigrator.internal.offsets.History;
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
 * @param limits what it may not exceed
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
        Limits limits,
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
        migration.settings().forEach(json::addProperty);
        json.addProperty("purpose", verb.writes() ? "migrate" : "verify");
        if (verb.depth() != Depth.FULL) {
            json.addProperty("depth", verb.depth().name().toLowerCase(Locale.ROOT));
        }
        json.addProperty("migration", migration.slug());
        JsonArray stages = new JsonArray();
        migration.stages().forEach(stage -> stages.add(stage.name()));
        json.add(History.STAGES, stages);
        json.addProperty("couch_url", source.toString());
        json.addProperty("couch_user", source.user().orElse(null));
        json.addProperty("read", source.reading().name().toLowerCase(Locale.ROOT));
        json.addProperty("target", TargetName.of(target));
        shards.ifPresent(map -> json.addProperty("shards", map.toString()));
        if (!tableSources.isEmpty()) {
            JsonObject sources = new JsonObject();
            tableSources.forEach((stage, source) -> sources.addProperty(stage, TargetName.of(source)));
            json.add("table_sources", sources);
        }
        json.addProperty("num_workers", workers);
        json.addProperty("chunk_size", chunkSize);
        limits.addTo(json);
        json.addProperty("reset", startOver);
        json.addProperty("reread", reread);
        json.addProperty("accept_failover", acceptFailover);
        json.addProperty("accept_new_source", acceptNewSource);
        json.addProperty("adopt", adopt);
        return json;
    }

    /**
     * What a run may not exceed.
     *
     * @param documentsPerSecond how fast documents may be read; 0 sets no limit
     * @param rejects how many rejects may be outstanding when one more is found
     * @param rejectedPercent how many of a hundred documents may be rejected
     * @param duration how long it may take; empty for as long as it likes
     * @param outage how long a passing error is waited out
     */
    public record Limits(
            int documentsPerSecond,
            OptionalLong rejects,
            OptionalDouble rejectedPercent,
            Optional<Duration> duration,
            Duration outage) {
        /** As nobody has set any. */
        public static final Limits DEFAULT =
                new Limits(0, OptionalLong.empty(), OptionalDouble.empty(), Optional.empty(), Duration.ofMinutes(10));

        public Limits documentsPerSecond(int most) {
            return new Limits(most, rejects, rejectedPercent, duration, outage);
        }

        public Limits rejects(int most) {
            return new Limits(documentsPerSecond, OptionalLong.of(most), rejectedPercent, duration, outage);
        }

        public Limits rejectedPercent(double most) {
            return new Limits(documentsPerSecond, rejects, OptionalDouble.of(most), duration, outage);
        }

        public Limits duration(Duration most) {
            return new Limits(documentsPerSecond, rejects, rejectedPercent, Optional.of(most), outage);
        }

        public Limits outage(Duration longest) {
            return new Limits(documentsPerSecond, rejects, rejectedPercent, duration, longest);
        }

        private void addTo(JsonObject json) {
            json.addProperty("max_docs_per_second", documentsPerSecond);
            rejects.ifPresent(most -> json.addProperty("max_rejects", most));
            rejectedPercent.ifPresent(percent -> json.addProperty("max_rejected_percent", percent));
            duration.ifPresent(most -> json.addProperty("max_duration", most.toString()));
            json.addProperty("max_outage", outage.toString());
        }
    }
}
