// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.couch.Snapshot;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A run of databases that are as an earlier run left them asks little, and yet is not taken in. */
@ExtendWith(MigratorExtension.class)
final class UnchangedIT {
    private static final int COUNT = 50;
    private static final Migration TWO = Documents.builder()
            .database("shop", TableName.of("shop"))
            .database("store", TableName.of("store"))
            .build();

    @TempDir
    private Path logs;

    private CouchDouble couch;
    private TestDatabase database;
    private CouchDatabase shop;
    private CouchDatabase store;

    @BeforeEach
    void load(CouchDouble couch, TestDatabase database) {
        this.couch = couch;
        this.database = database;
        shop = couch.create("shop");
        shop.load(Copies.documents(COUNT));
        store = couch.create("store");
        store.load(Copies.documents(COUNT));
    }

    @Test
    void asksFourTimes() {
        Migration migration = Copies.migration();
        run(migration);
        couch.forgetRequests();

        Result unchanged = run(migration);

        assertThat(unchanged.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(asked())
                .isSubsetOf("GET /", "GET /shop", "POST /shop/_all_docs", "GET /shop/_changes")
                .hasSizeBetween(3, 4)
                .doesNotHaveDuplicates();
    }

    @Test
    void asksThreeTimesForEachDatabaseAndOnceForTheServer() {
        run(TWO);
        couch.forgetRequests();

        Result unchanged = run(TWO);

        assertThat(unchanged.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(asked()).hasSizeBetween(6, 7).doesNotHaveDuplicates();
    }

    @Test
    void catchesUpInTheEndWithWhatChangedWhileAnotherDatabaseWasRead() throws Exception {
        run(TWO);
        store.put(Copies.document("d000", 1_000));

        Result result = run(TWO, new Listener() {
            @Override
            public void catchingUp(String stage, OptionalLong pending) {
                if (stage.equals("store")) {
                    shop.put(Copies.document("d001", 1_001));
                    shop.purge("d002");
                }
            }
        });

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(Copies.rows(database))
                .hasSize(COUNT - 1)
                .contains("d001=1001")
                .doesNotContain("d002=2");
    }

    @Test
    void refusesADatabaseThatWentBackWhileItWasAskedWhatChanged() {
        Snapshot backup = shop.snapshot();
        run(TWO);
        shop.put(Copies.document("d000", 1_000));
        run(TWO);
        goesBackOnceAskedFor(Requests.changes().and(Requests.database("shop")), backup);

        assertThat(run(TWO).outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
    }

    @Test
    void refusesADatabaseThatWentBackWhileAnotherWasLookedAtFirst() throws Exception {
        Snapshot backup = shop.snapshot();
        run(TWO);
        shop.put(Copies.document("d000", 1_000));
        run(TWO);
        forgetWitnesses();
        goesBackOnceAskedFor(request -> request.path().equals("/store"), backup);

        assertThat(run(TWO).outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
    }

    @Test
    void refusesADatabaseThatWasCreatedAnewBetweenTheChecksAndTheFeed() {
        run(TWO);
        onceAskedFor(Requests.changes().and(Requests.database("shop")), () -> {
            couch.drop("shop");
            couch.create("shop");
        });

        assertThat(run(TWO).outcome()).isEqualTo(Outcome.OFFSETS_REFUSED);
    }

    private Result run(Migration migration) {
        return run(migration, new Listener() {});
    }

    private Result run(Migration migration, Listener listener) {
        return Copies.migrator(migration, couch, database, logs)
                .listener(listener)
                .build()
                .run();
    }

    private List<String> asked() {
        return couch.requests().stream()
                .map(request -> request.method() + " " + request.path())
                .toList();
    }

    /** The server is away once, and has an older copy when it is back. */
    private void goesBackOnceAskedFor(Predicate<CouchRequest> condition, Snapshot backup) {
        couch.script(Fault.status(503)
                .on(condition.and(request -> {
                    shop.restore(backup);
                    return true;
                }))
                .once());
    }

    /** What happens goes unnoticed: every answer is as it should be. */
    private void onceAskedFor(Predicate<CouchRequest> condition, Runnable event) {
        AtomicBoolean happened = new AtomicBoolean();
        couch.script(Fault.disconnect().on(condition.and(request -> {
            if (happened.compareAndSet(false, true)) {
                event.run();
            }
            return false;
        })));
    }

    private void forgetWitnesses() throws IOException {
        Path file = logs.resolve("documents.offsets.json");
        JsonObject offsets = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        for (JsonElement stage : offsets.getAsJsonArray("stages")) {
            stage.getAsJsonObject().remove("witnesses");
        }
        Files.writeString(file, offsets.toString());
    }
}
