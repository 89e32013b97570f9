// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Destination;
import io.couchmigrator.Router;
import io.couchmigrator.ShardMap;
import io.couchmigrator.ShardMap.Shards;
import io.couchmigrator.Stage;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Owner;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.retry.Interrupts;
import io.couchmigrator.internal.target.Target;
import io.couchmigrator.internal.target.TargetDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * The writers of a stage, each prepared for one database of the target, and which row goes to which. Safe for use by
 * multiple threads.
 *
 * @param <R> the type of the rows
 */
record Writers<R>(List<Writer<R>> all, ToIntFunction<R> place) {
    /**
     * Lets the stage's writer look at each database, on the connections of the run itself, and claims there what is to be owned.
     *
     * @param owner who claims; empty if nothing is to be written
     */
    static <R> Writers<R> prepared(Stage<?, R> stage, Target target, Optional<Owner> owner) {
        String what = "look at the target of stage \"%s\"".formatted(stage.name());
        List<Supplier<Writer<R>>> looks = new ArrayList<>();
        for (TargetDatabase database : target.databases()) {
            looks.add(() -> database.patience().persist(() -> database.own()
                    .attempt(what, connection -> prepared(connection, stage.destination(), owner, database))));
        }
        List<Writer<R>> writers = target.sideBySide().all(looks);
        return new Writers<>(
                writers, target.shards().map(map -> place(stage, map)).orElse(row -> 0));
    }

    private static <R> Writer<R> prepared(
            Connection connection, Destination<R> destination, Optional<Owner> owner, TargetDatabase database)
            throws SQLException {
        return owner.isPresent()
                ? Upserts.claimed(connection, destination, owner.get(), database::told)
                : Upserts.prepared(connection, destination);
    }

    private static <R> ToIntFunction<R> place(Stage<?, R> stage, ShardMap map) {
        Router<R> router = router(stage);
        int[] databases = new int[map.size()];
        int number = 0;
        for (Shards held : map.databases()) {
            for (int shard = held.first(); shard <= held.last(); shard++) {
                databases[shard] = number;
            }
            number++;
        }
        return row -> {
            int shard = router.shard(row, databases.length);
            if (shard < 0 || shard >= databases.length) {
                throw new IllegalStateException("the router of stage \"%s\" returned shard %s: expected 0 to %s"
                        .formatted(stage.name(), shard, databases.length - 1));
            }
            return databases[shard];
        };
    }

    private static <R> Router<R> router(Stage<?, R> stage) {
        Optional<Router<R>> router = stage.destination().router();
        return router.orElseThrow(() -> new IllegalStateException(
                "the writer of stage \"%s\" has no router: expected one for a sharded target".formatted(stage.name())));
    }

    /** Returns the number of the database that a row goes to. */
    int place(R row) {
        try {
            return place.applyAsInt(row);
        } finally {
            Interrupts.clear();
        }
    }

    /**
     * Refuses a row that its database could not store.
     *
     * @throws io.couchmigrator.RejectException if it cannot be stored
     */
    void check(R row) {
        all.get(place(row)).check(row);
    }
}
