// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Router;
import io.couchmigrator.ShardMap;
import io.couchmigrator.ShardMap.Shards;
import io.couchmigrator.Stage;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.internal.retry.Interrupts;
import io.couchmigrator.internal.target.Target;
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
    /** Lets the stage's writer look at each database, on the connections of the run itself. */
    static <R> Writers<R> prepared(Stage<?, R> stage, Target target) {
        String what = "look at the target of stage \"%s\"".formatted(stage.name());
        Target.Connections own = target.own();
        List<Supplier<Writer<R>>> looks = new ArrayList<>();
        for (int i = 0; i < target.databases().size(); i++) {
            int database = i;
            looks.add(() -> target.databases().get(database).patience().persist(() -> own.rows()
                    .get(database)
                    .attempt(what, connection -> Upserts.prepared(connection, stage.destination()))));
        }
        List<Writer<R>> writers = target.sideBySide().all(looks);
        return new Writers<>(
                writers, target.shards().map(map -> place(stage, map)).orElse(row -> 0));
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
