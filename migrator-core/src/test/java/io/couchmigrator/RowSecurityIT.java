// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows that policies hide are never taken for rows that are not there. */
@ExtendWith(MigratorExtension.class)
@Tag("catalogue")
final class RowSecurityIT {
    private static final Lookup<Long, String> NAMES = Lookup.rows("names", "id", "name");

    private static final String HIDE = "alter table %s enable row level security, force row level security";

    @TempDir
    private Path logs;

    private Migrator migrator;

    @BeforeEach
    void create(CouchDouble couch, TestDatabase database) throws Exception {
        Orders.create(couch, database, 3);
        database.execute(
                "create table src (id integer primary key, code text); insert into src values (1, 'a'), (2, 'b');"
                        + "create table names (id integer primary key, name text); insert into names values (1, 'x');"
                        + "create table codes (code text unique, name text);"
                        + "create table states (slug text unique, at timestamptz)");
        Migration migration = Migration.builder("orders")
                .stage(Orders.stage().build())
                .stage(TableStage.<List<String>>builder("src")
                        .columns("code")
                        .lookup(NAMES, row -> List.of(row.id()))
                        .transform((row, context) -> List.of(List.of(
                                row.text("code").orElseThrow(),
                                context.find(NAMES, row.id()).orElse("none"))))
                        .upsert(Upsert.<List<String>>into("codes")
                                .key("code", row -> row.get(0))
                                .text("name", row -> row.get(1))
                                .build())
                        .build())
                .completion(new CompletionTable("states", "slug", "at"))
                .build();
        migrator = Orders.migrator(migration, couch, database, logs).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "src", "names", "codes", "states"})
    void refusesARoleThatPoliciesApplyTo(String table, TestDatabase database) throws Exception {
        database.execute(HIDE.formatted(table));

        String fault = "row-level security of table \"%s\" applies to user %s, and may hide rows from it: connect as"
                .formatted(table, database.user());
        assertThat(migrator.check().faults()).singleElement().satisfies(found -> assertThat(found)
                .isInstanceOf(TargetException.class)
                .hasMessageContaining(fault)
                .hasMessageEndingWith("alter role %s bypassrls".formatted(database.user())));
        Result result = migrator.run();
        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).singleElement().satisfies(failure -> assertThat(failure)
                .hasMessageContaining(fault));
        assertThat(database.query("select id from orders")).isEmpty();
    }

    @Test
    void refusesToVerifyWhatPoliciesHide(TestDatabase database) throws Exception {
        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
        database.execute(HIDE.formatted("src"));

        assertThat(migrator.verify().outcome()).isEqualTo(Outcome.TARGET_FAILED);
    }

    @Test
    void endsWithAnErrorWhereAViewWouldHideRows(TestDatabase database) throws Exception {
        database.execute("alter table names rename to hidden; create view names as select * from hidden;"
                + HIDE.formatted("hidden"));

        CheckReport report = migrator.check();
        Result result = migrator.run();

        assertThat(report.faults()).singleElement().satisfies(fault -> assertThat(fault)
                .hasMessageContaining("row-level security policy for table \"hidden\""));

        assertThat(result.outcome()).isEqualTo(Outcome.TARGET_FAILED);
        assertThat(result.failures()).anySatisfy(failure -> assertThat(failure)
                .hasMessageContaining("row-level security policy for table \"hidden\""));
        assertThat(database.query("select code from codes")).isEmpty();
    }

    @Test
    void readsWhatAnOwnerSeesAndWhatThePoliciesOfAPartitionDoNotHide(TestDatabase database) throws Exception {
        database.execute("alter table orders enable row level security; drop table src;"
                + "create table src (id integer primary key, code text) partition by hash (id);"
                + "create table src_all partition of src for values with (modulus 1, remainder 0);"
                + "insert into src values (1, 'a'), (2, 'b');" + HIDE.formatted("src_all"));

        assertThat(migrator.run().outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select concat_ws(' ', code, name) from codes order by code"))
                .containsExactly("a x", "b none");
    }
}
