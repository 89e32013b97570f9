// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Tables whose names SQL would take for something else, wherever one is named. */
@ExtendWith(MigratorExtension.class)
final class TableNamesIT {
    private static final TableName LINES = TableName.of("Shop.Old", "lines.2018");
    private static final Lookup<Long, String> CUSTOMERS =
            Lookup.rows(TableName.of("who's \"who\" of 18"), "id", "name");

    @TempDir
    private Path logs;

    @Test
    void areFoundWithDotsQuotesBlanksAndUpperCase(CouchDouble couch, TestDatabase database) throws Exception {
        database.execute("""
                create schema "Shop.Old";
                create table "Shop.Old"."lines.2018" (id integer primary key, customer integer);
                insert into "Shop.Old"."lines.2018" select i, i from generate_series(1, 5) i;
                create table "who's ""who"" of 18" (id integer primary key, name text);
                insert into "who's ""who"" of 18" select i, 'c' || i from generate_series(1, 5) i;
                create table "Li\\nes" (id text primary key, customer text);
                create table "DONE" (slug text primary key, at timestamptz)
                """);
        Migration migration = Migration.builder("lines")
                .stage(TableStage.<String>builder("a stage: not.a.table")
                        .table(LINES)
                        .columns("customer")
                        .lookup(CUSTOMERS, row -> List.of(row.id()))
                        .transform((row, context) ->
                                List.of(context.find(CUSTOMERS, row.id()).orElse("nobody")))
                        .upsert(Upsert.<String>into("\"Li\\nes\"")
                                .key("id", name -> name)
                                .build())
                        .build())
                .completion(new CompletionTable("DONE", "slug", "at"))
                .build();
        Migrator migrator = Orders.migrator(migration, couch, database, logs).build();

        List<Outcome> outcomes = List.of(
                migrator.run().outcome(),
                migrator.run().outcome(),
                migrator.verify().outcome());

        assertThat(outcomes).containsOnly(Outcome.COMPLETE);
        assertThat(database.query("select id from \"Li\\nes\" order by 1"))
                .containsExactly("c1", "c2", "c3", "c4", "c5");
        assertThat(database.query("select slug from \"DONE\"")).containsExactly("lines");
        assertThat(logs.resolve("lines.offsets.json")).content().contains("\"Li\\\\nes\":");
    }

    @Test
    void areToldAsTheyAreToBeWritten(CouchDouble couch, TestDatabase database) throws Exception {
        Migration migration = Migration.builder("lines")
                .stage(TableStage.<String>builder("lines")
                        .table(LINES)
                        .transform((row, context) -> List.of())
                        .upsert(Upsert.<String>into("Lines").key("id", id -> id).build())
                        .build())
                .build();

        CheckReport report =
                Orders.migrator(migration, couch, database, logs).build().check();

        assertThat(report.faults())
                .extracting(Throwable::getMessage)
                .satisfiesExactlyInAnyOrder(
                        fault -> assertThat(fault).contains("table \"\"Shop.Old\".\"lines.2018\"\" does not exist"),
                        fault -> assertThat(fault).contains("table \"Lines\" does not exist"));
    }
}
