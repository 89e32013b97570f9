// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.Result.Depth;
import io.couchmigrator.internal.arguments.Required;
import io.couchmigrator.internal.retry.OwnThread;
import io.couchmigrator.internal.run.CheckRun;
import io.couchmigrator.internal.run.Run;
import io.couchmigrator.internal.run.Settings;
import io.couchmigrator.internal.run.Settings.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs a {@link Migration}: from a CouchDB server into a PostgreSQL database, with everything that must survive a crash
 * in a log directory. <strong>Run it again until the outcome is {@link Outcome#COMPLETE}.</strong>
 *
 * <pre>{@code
 * Migrator migrator = Migrator.builder(migration)
 *         .source(CouchServer.builder("http://localhost:5984").credentials(user, password).build())
 *         .target(dataSource)
 *         .logDirectory(Path.of("logs"))
 *         .build();
 * Result result = migrator.run().orThrow();
 * }</pre>
 *
 * <p>To stop a run from elsewhere, {@link #start} it: that gives a {@link Running}. Safe for use by multiple threads. One run per log directory and slug goes on at a time; a second is refused.
 */
public final class Migrator {
    private final Settings settings;

    private Migrator(Builder builder) {
        builder.shards.ifPresent(map -> builder.migration.requireRouters());
        this.settings = new Settings(
                builder.migration,
                Required.of(builder.source, "source", "migrator", builder.migration.slug()),
                Required.of(builder.target, "target", "migrator", builder.migration.slug()),
                builder.shards,
                builder.tableSources,
                Required.of(builder.logDirectory, "log directory", "migrator", builder.migration.slug()),
                builder.workers,
                builder.chunkSize,
                builder.limits,
                builder.startOver,
                builder.reread,
                builder.acceptFailover,
                builder.acceptNewSource,
                builder.adopt,
                builder.listener);
    }

    /** Starts a migrator of this migration. */
    public static Builder builder(Migration migration) {
        return new Builder(migration);
    }

    /** Starts a run, which checks everything, reads what is not yet read, writes its rows and catches up. Returns at once, before all of that. */
    public Running start() {
        return new Running(settings.migration(), Run.toMigrate(settings));
    }

    /** {@linkplain #start Starts} a run and returns its {@linkplain Running#result result}. Blocks until it has ended. */
    public Result run() {
        return start().result();
    }

    /**
     * Starts a verification, which reads everything again and compares the rows that should be there with those that are, while others may
     * write to source and target; no run of this log directory goes on meanwhile. It writes no row. What is missing, different or extra the next
     * run takes first. Returns at once. It goes on where an earlier one was stopped, unless a run went on or the target failed over since.
     * Documents that changed since a run has come to them are not yet migrated, which is no difference. Its outcome is {@link Outcome#COMPLETE} only if
     * the whole migration is complete and nothing is rejected, missing, different, extra, misplaced or not yet migrated. {@link Outcome#DIFFERENCES_FOUND},
     * {@link Outcome#INCOMPLETE} and {@link Outcome#REJECTS_OUTSTANDING} are no failures to {@link Result#orThrow}. Its tallies are those of all its parts.
     *
     * @throws UnsupportedOperationException if rows of a stage cannot be {@linkplain Destination#isComparable compared}
     */
    public Running startVerification() {
        return startVerification(Depth.FULL);
    }

    /** Starts one that may compare less, and then ends with {@link Outcome#INCOMPLETE} at best: its {@link Result#gaps} tell what it left out. */
    public Running startVerification(Depth depth) {
        settings.migration().requireComparable();
        return new Running(settings.migration(), Run.toVerify(settings, depth));
    }

    /** {@linkplain #startVerification() Starts} a verification and returns its {@linkplain Running#result result}. Blocks until it has ended. */
    public Result verify() {
        return startVerification().result();
    }

    /**
     * Checks everything that a run checks before the first document, and writes nothing. Blocks.
     *
     * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, whose interrupt status is then set
     */
    public CheckReport check() {
        CheckRun run = new CheckRun(settings);
        return OwnThread.call("migrator-" + settings.migration().slug() + "-check", run::check, run::stop);
    }

    /** Returns {@linkplain MigrationInfo#of where the migration stands}, without running and whether it runs or not. Reads files alone. */
    public MigrationInfo info() {
        return MigrationInfo.of(settings.logDirectory(), settings.migration().slug());
    }

    @Override
    public String toString() {
        return "migrator of \"%s\"".formatted(settings.migration().slug());
    }

    /** Builds a {@link Migrator}; not safe for use by multiple threads. */
    public static final class Builder {
        private final Migration migration;
        private @Nullable CouchServer source;
        private @Nullable DataSource target;
        private Optional<ShardMap> shards = Optional.empty();
        private final Map<String, DataSource> tableSources = new LinkedHashMap<>();
        private @Nullable Path logDirectory;
        private int workers = 4;
        private int chunkSize = 1000;
        private Limits limits = Limits.DEFAULT;
        private boolean startOver;
        private boolean reread;
        private boolean acceptFailover;
        private boolean acceptNewSource;
        private boolean adopt;
        private Listener listener = new Listener() {};

        private Builder(Migration migration) {
            this.migration = Objects.requireNonNull(migration, "migration");
        }

        /** Sets the CouchDB server. Required. */
        public Builder source(CouchServer source) {
            this.source = Objects.requireNonNull(source, "source");
            return this;
        }

        /**
         * Sets where PostgreSQL connections come from: one per worker and one more, and another one for a run's lock if that comes at once,
         * all held for the whole run and given back as they came; and for a moment, if it comes at once, one to ask what a long transaction waits for. The caller keeps the data source and closes it. Required.
         */
        public Builder target(DataSource target) {
            this.target = Objects.requireNonNull(target, "target");
            return this;
        }

        /**
         * Sets which databases hold the rows, where these are sharded: each row goes where the {@link Router} of its stage's writer says. Tables that
         * are read, lookups, the completion table and the lock stay in the {@linkplain #target target}, which need not have a table for rows then. From
         * each of them as many connections are borrowed, too. The offset file keeps the map; another one is refused, because rows would move. By
         * default all rows go to the target.
         */
        public Builder shards(ShardMap shards) {
            this.shards = Optional.of(Objects.requireNonNull(shards, "shards"));
            return this;
        }

        /**
         * Sets in which database the table of a {@link TableStage} is, if that is not the {@linkplain #target target}; its lookups stay there. One connection
         * is borrowed from this data source for the whole run. What tells the database from another stands in the offset file: the stage is not
         * continued with another one. The table must exist, also where the stage is {@linkplain TableStage#optional optional}.
         *
         * @throws IllegalArgumentException if the migration has no such stage
         */
        public Builder tableSource(String stage, DataSource database) {
            migration.requireTable(Objects.requireNonNull(stage, "stage"));
            tableSources.put(stage, Objects.requireNonNull(database, "database"));
            return this;
        }

        /** Sets the directory of offset file, logs and lock; created if it does not exist. Required. */
        public Builder logDirectory(Path logDirectory) {
            this.logDirectory = Objects.requireNonNull(logDirectory, "logDirectory");
            return this;
        }

        /** Sets how many ranges are read at once, each in its own thread and connection: from 1 to 64, as a stage has no more. The default is 4. */
        public Builder workers(int workers) {
            this.workers = Required.within(1, 64, workers, "workers");
            return this;
        }

        /** Sets the most documents in a batch, which is what is committed at once. The default is 1000. */
        public Builder chunkSize(int chunkSize) {
            this.chunkSize = Required.positive(chunkSize, "chunkSize");
            return this;
        }

        /**
         * Sets the most documents that all workers together read in a second, to spare a server that others need; 0, the default, is no limit.
         * Documents read by id and questions that need no body are not counted.
         */
        public Builder maxDocumentsPerSecond(int maxDocumentsPerSecond) {
            limits = limits.documentsPerSecond(Required.notNegative(maxDocumentsPerSecond, "maxDocumentsPerSecond"));
            return this;
        }

        /**
         * Sets how many rejects may be outstanding, from this run and earlier ones: where there is one more the run ends with {@link Outcome#STOPPED_BY_LIMIT},
         * the batches in hand being finished. Those that were rejected before are tried first, of all stages and without this limit; if too many
         * still are, the run ends before it reads on. By default there is none.
         */
        public Builder maxRejects(int maxRejects) {
            limits = limits.rejects(Required.notNegative(maxRejects, "maxRejects"));
            return this;
        }

        /**
         * Sets how many of a hundred documents that a run reads may be rejected, from 0 to 100: a run that rejects more ends with
         * {@link Outcome#STOPPED_BY_LIMIT}, once it has read 1000. So does one that finds more outstanding of the documents that all runs
         * have read, if these are 1000, once those that were rejected before have been tried again. By default there is no limit.
         */
        public Builder maxRejectedPercent(double percent) {
            limits = limits.rejectedPercent(Required.percent(percent, "maxRejectedPercent"));
            return this;
        }

        /**
         * Sets how long the run or verification may take, pauses and outages included: then it is {@linkplain Running#stop stopped}, with
         * {@link Outcome#STOPPED_BY_LIMIT} unless all was done; another goes on. 0 stops at once, less is an {@link IllegalArgumentException}; the default is no limit.
         */
        public Builder maxDuration(Duration maxDuration) {
            limits = limits.duration(Required.notNegative(maxDuration, "maxDuration", "zero or more"));
            return this;
        }

        /** Sets how long a passing error is waited out: by default 10 minutes; zero gives up at once, and a hundred years are the most. */
        public Builder maxOutage(Duration maxOutage) {
            limits = limits.outage(Required.notNegative(maxOutage, "maxOutage", "zero or more"));
            return this;
        }

        /** Sets whether offset and rejects files are put aside, and all is read again, once nothing refuses the run; a verification's own offset file alone. By default no. */
        public Builder startOver(boolean startOver) {
            this.startOver = startOver;
            return this;
        }

        /**
         * Sets whether all stages are read again from their beginnings, while rows, rejects and ownership stay. A stage that owns its table
         * may have another definition than before then. A run that is stopped goes on with that by itself. The default is false.
         */
        public Builder reread(boolean reread) {
            this.reread = reread;
            return this;
        }

        /**
         * Sets whether to go on although a standby of PostgreSQL took over, or a backup of it was restored, since the offsets were saved. What
         * was committed before may be missing, and no run looks for it. The default is false: it ends with {@link Outcome#TARGET_FAILED}.
         */
        public Builder acceptFailover(boolean acceptFailover) {
            this.acceptFailover = acceptFailover;
            return this;
        }

        /**
         * Sets whether the run goes on with a CouchDB database that is another one than the offset file knows, or in an older state: what was read stays
         * read, and all its changes are read from the beginning; a stage that owns its table reads all again. That concerns stages whose
         * database differs; if none is seen to, all stages of documents. The default is false, which refuses such a one.
         */
        public Builder acceptNewSource(boolean acceptNewSource) {
            this.acceptNewSource = acceptNewSource;
            return this;
        }

        /**
         * Sets whether the run takes tables that are to be {@linkplain OwnedTable owned} and are not its own: that have rows which no run wrote,
         * belong to another migration or CouchDB database, or keep rows of deleted documents that are to be kept no longer. Their rows that are
         * of none of its documents go, unless {@linkplain OwnedTable#keepsDeleted kept}, and a run that owns them now ends with {@link Outcome#BUSY}. By default they are refused with {@link Outcome#TARGET_FAILED}.
         */
        public Builder adopt(boolean adopt) {
            this.adopt = adopt;
            return this;
        }

        /** Sets who hears of progress. By default nobody does. */
        public Builder listener(Listener listener) {
            this.listener = Objects.requireNonNull(listener, "listener");
            return this;
        }

        /**
         * Returns the migrator.
         *
         * @throws IllegalStateException if source, target or log directory is missing, or shards are there and a {@linkplain Writer#router router} is not
         */
        public Migrator build() {
            return new Migrator(this);
        }
    }
}
