// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.ShardMap.Shards;
import io.couchmigrator.internal.postgres.SameDatabase;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.TargetName;
import io.couchmigrator.internal.postgres.Timeline;
import io.couchmigrator.internal.postgres.WrittenOids;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Watch;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * One database of the target.
 *
 * @param name what it is called where there are several; empty for the main one
 * @param sessions the connections to it, one for each worker and one more
 * @param patience how long to bear with it
 */
public record TargetDatabase(String name, Sessions sessions, Patience patience) implements AutoCloseable {
    /** What the main one is called. */
    static final String MAIN = "PostgreSQL";

    /** Returns the main database. */
    static TargetDatabase main(DataSource source, int workers, Function<String, Patience> patience) {
        return new TargetDatabase("", new Sessions(source, workers), patience.apply(MAIN));
    }

    /** Returns a database of shards. */
    static TargetDatabase of(Shards shards, int workers, Function<String, Patience> patience) {
        String name = "%s (shards %s)".formatted(TargetName.of(shards.database()), shards.range());
        return new TargetDatabase(name, new Sessions(shards.database(), name, workers), patience.apply(name));
    }

    /** Returns a database in which the table of a stage is. One connection is enough: a table is one range. */
    static TargetDatabase ofSource(String stage, DataSource source, Function<String, Patience> patience) {
        String name = "%s (%s)".formatted(TargetName.of(source), stage);
        return new TargetDatabase(name, new Sessions(source, name, 0), patience.apply(name));
    }

    /** Returns a sentence about it, which says of which database it is where there are several. */
    public String told(String sentence) {
        return name.isEmpty() ? sentence : name + ": " + sentence;
    }

    /** Returns where it is, as far as its data source tells. */
    public String where() {
        return sessions.name();
    }

    /** Returns the connection of the run itself. */
    public Session own() {
        return sessions.own();
    }

    /** Returns what it is called, also where it is the only one. */
    String called() {
        return name.isEmpty() ? MAIN : name;
    }

    /**
     * Returns whether the other is one and the same database. Each of them is borne with as long as its own patience
     * lasts, so that the one that is away is the one that is named.
     */
    public boolean isSame(TargetDatabase other) {
        String what = "look whether two databases are one";
        long key = SameDatabase.key();
        return patience.persist(() -> sessions.own().attempt(what, holding -> {
            SameDatabase.lock(holding, key);
            return other.patience.persist(
                    () -> other.sessions.own().attempt(what, looking -> SameDatabase.sees(looking, key)));
        }));
    }

    /** Holds its connections to this timeline. */
    void hold(long timeline) {
        sessions.hold(new Timeline(called(), timeline));
    }

    /** Holds its connections to these tables, by their oids. */
    void hold(Map<String, Long> written) {
        sessions.hold(new WrittenOids(called(), written));
    }

    /** Returns the same with the patience of checks. */
    TargetDatabase ofChecks(Duration outage, Watch watch) {
        return new TargetDatabase(name, sessions, patience.ofChecks(outage, watch));
    }

    @Override
    public void close() {
        sessions.close();
    }
}
