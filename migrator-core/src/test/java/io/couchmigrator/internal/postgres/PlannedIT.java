// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Changes;
import io.couchmigrator.ConflictRule;
import io.couchmigrator.Upsert;
import io.couchmigrator.Writer;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Settings of the planner stand around our own statements alone. */
@ExtendWith(MigratorExtension.class)
final class PlannedIT {
    private static final String PLANS =
            "select current_setting('plan_cache_mode'), current_setting('enable_hashjoin'), current_setting('enable_mergejoin')";
    private static final List<String> OURS = List.of("force_custom_plan", "off", "off");
    private static final List<String> OF_THE_CONNECTION = List.of("force_generic_plan", "on", "off");

    private final Upsert<String> upsert = Upsert.<String>into("t")
            .key("k", row -> row)
            .text("v", row -> "1")
            .onConflict(ConflictRule.UPDATE)
            .build();

    @Test
    void plansAStatementOfOursSoAndNothingBesideIt(TestDatabase database) throws SQLException {
        try (Session session = session(database)) {
            session.transaction(connection -> {
                assertThat(plans(connection)).isEqualTo(OF_THE_CONNECTION);
                List<String> ofOurs = Jooq.with(connection, jooq -> strings(Planned.fetch(jooq, PLANS)));
                assertThat(ofOurs).isEqualTo(OURS);
                assertThat(plans(connection)).isEqualTo(OF_THE_CONNECTION);
                return true;
            });
        }
    }

    @Test
    void leavesTriggersAtTheEndOfTheTransactionTheServersOwn(TestDatabase database) throws SQLException {
        database.execute("create table t (k text primary key, v text);"
                + "create table seen (at text, plans text[]);"
                + "create function see() returns trigger language plpgsql as $$ begin insert into seen select tg_argv[0],"
                + " array[current_setting('plan_cache_mode'), current_setting('enable_hashjoin'), current_setting('enable_mergejoin')];"
                + " return new; end $$;"
                + "create trigger now before insert or update on t for each row execute function see('statement');"
                + "create constraint trigger late after insert or update on t initially deferred for each row"
                + " execute function see('commit')");

        try (Session session = session(database)) {
            Writer<String> prepared = session.transaction(connection -> Upserts.prepared(connection, upsert));
            int written = session.transaction(connection -> prepared.write(connection, Changes.of(List.of("a"))));
            assertThat(written).isEqualTo(1);
        }

        assertThat(database.query("select plans::text from seen where at = 'statement'"))
                .containsExactly("{force_custom_plan,off,off}");
        assertThat(database.query("select plans::text from seen where at = 'commit'"))
                .containsExactly("{force_generic_plan,on,off}");
    }

    @Test
    void leavesStatementsOfTheCallersBesideAnUpsertTheServersOwn(TestDatabase database) throws SQLException {
        database.execute("create table t (k text primary key, v text)");
        Writer<String> wrapping = (connection, changes) -> {
            assertThat(plans(connection)).isEqualTo(OF_THE_CONNECTION);
            int written = Upserts.prepared(connection, upsert).write(connection, changes);
            assertThat(plans(connection)).isEqualTo(OF_THE_CONNECTION);
            return written;
        };

        try (Session session = session(database)) {
            int first = session.transaction(connection -> wrapping.write(connection, Changes.of(List.of("a", "b"))));
            int again = session.transaction(connection -> wrapping.write(connection, Changes.of(List.of("a", "b"))));
            assertThat(first).isEqualTo(2);
            assertThat(again).isZero();
        }
    }

    /** Its connections have settings of their own, which are neither the role's nor ours. */
    private static Session session(TestDatabase database) throws SQLException {
        Connection connection = database.dataSource().getConnection();
        Jooq.with(connection, jooq -> jooq.execute("set plan_cache_mode = 'force_generic_plan'"));
        Jooq.with(connection, jooq -> jooq.execute("set enable_mergejoin = off"));
        Session session = new Session(database.dataSource());
        session.take(connection);
        return session;
    }

    private static List<String> plans(Connection connection) throws SQLException {
        return Jooq.with(connection, jooq -> strings(jooq.fetch(PLANS)));
    }

    private static List<String> strings(org.jooq.Result<org.jooq.Record> rows) {
        return List.of(rows.get(0).into(String[].class));
    }
}
