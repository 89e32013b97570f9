// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.PostgresServer;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was written is found as an application finds it: through PL/Proxy, which sends each question to the shard that its
 * own hash says. The hash is written in SQL, after the paper, so that it shares nothing with the migrator's.
 */
@ExtendWith(MigratorExtension.class)
@EnabledIfEnvironmentVariable(named = PlProxyIT.VARIABLE, matches = ".+")
final class PlProxyIT {
    /** Names PL/Proxy's library for PostgreSQL 15. */
    static final String VARIABLE = "MIGRATOR_TEST_PLPROXY";

    private static final int SHARDS = 4;

    private static final String LANGUAGE = """
            create function plproxy_call_handler() returns language_handler as '%1$s' language c;
            create function plproxy_validator(oid) returns void as '%1$s' language c;
            create language plproxy handler plproxy_call_handler validator plproxy_validator;
            create schema plproxy;
            create function plproxy.get_cluster_version(text) returns int language sql as 'select 1';
            create function plproxy.get_cluster_config(in text, out key text, out val text) returns setof record
                language sql as $$ select null::text, null::text where false $$;
            create function plproxy.get_cluster_partitions(text) returns setof text language sql as $$ %2$s $$;
            """;

    private static final String SIP_HASH = """
            create function add64(a bigint, b bigint) returns bigint language sql immutable as $$
                select (case when s > 9223372036854775807 then s - 18446744073709551616
                             when s < -9223372036854775808 then s + 18446744073709551616 else s end)::bigint
                from (select a::numeric + b::numeric as s) sums $$;
            create function rotl64(x bigint, n int) returns bigint language sql immutable as $$
                select (x << n) | ((x >> (64 - n)) & ((1::bigint << n) - 1)) $$;
            create function siphash24(t text) returns int language plpgsql immutable as $$
            declare
                b bytea := convert_to(t, 'UTF8');
                v0 bigint := x'736f6d6570736575'::bigint;
                v1 bigint := x'646f72616e646f6d'::bigint;
                v2 bigint := x'6c7967656e657261'::bigint;
                v3 bigint := x'7465646279746573'::bigint;
                words int := length(b) / 8;
                m bigint;
            begin
                for word in 0 .. words + 4 loop
                    m := 0;
                    if word <= words then
                        for i in 0 .. 7 loop
                            if word * 8 + i < length(b) then
                                m := m | (get_byte(b, word * 8 + i)::bigint << (8 * i));
                            end if;
                        end loop;
                        if word = words then
                            m := m | ((length(b) & 255)::bigint << 56);
                        end if;
                        v3 := v3 # m;
                    elsif word = words + 1 then
                        v2 := v2 # 255;
                    end if;
                    for round in 1 .. case when word <= words then 2 else 1 end loop
                        v0 := add64(v0, v1); v1 := rotl64(v1, 13); v1 := v1 # v0; v0 := rotl64(v0, 32);
                        v2 := add64(v2, v3); v3 := rotl64(v3, 16); v3 := v3 # v2;
                        v0 := add64(v0, v3); v3 := rotl64(v3, 21); v3 := v3 # v0;
                        v2 := add64(v2, v1); v1 := rotl64(v1, 17); v1 := v1 # v2; v2 := rotl64(v2, 32);
                    end loop;
                    if word <= words then
                        v0 := v0 # m;
                    end if;
                end loop;
                m := v0 # v1 # v2 # v3;
                return ((m << 32) >> 32)::int;
            end $$;
            """;

    private static final String LOOK = """
            create function blobs_of(parent text) returns setof text language plproxy as $$
                cluster 'hq';
                run on siphash24(parent);
                select key from blobs_blobmeta where parent_id = parent;
            $$;
            """;

    @TempDir
    private Path logs;

    @ParameterizedTest
    @ValueSource(ints = {2, 4})
    void findsEveryRowThroughTheProxy(int databases, CouchDouble couch, TestDatabase main, PostgresServer postgres)
            throws Exception {
        try (Shards shards = new Shards(couch, main, Collections.nCopies(databases, postgres))) {
            Result result = shards.migrator(couch, logs).build().run();
            assertThat(result.tallies().written())
                    .isEqualTo(shards.corpus().rows().size());

            try (Connection proxy = asSuperuser(main)) {
                install(proxy, shards, databases);
                for (ExpectedRow row : shards.corpus().rows()) {
                    assertThat(ask(proxy, "select blobs_of(?)", row.parentId())).contains(row.key());
                    assertThat(ask(proxy, "select siphash24(?) & 3", row.parentId()))
                            .containsExactly(String.valueOf(
                                    shards.corpus().shardsOfFour().get(row.key())));
                }
                assertThat(ask(proxy, "select count(*) from blobs_of(?)", "no such parent"))
                        .containsExactly("0");
            }
        }
    }

    private static void install(Connection proxy, Shards shards, int databases) throws SQLException {
        List<String> partitions = new ArrayList<>();
        for (int shard = 0; shard < SHARDS; shard++) {
            TestDatabase database = shards.database(shard / (SHARDS / databases));
            partitions.add("(%d, 'host=%s port=%d dbname=%s user=%s password=%s')"
                    .formatted(
                            shard,
                            database.host(),
                            database.port(),
                            database.name(),
                            database.user(),
                            database.password()));
        }
        String list =
                "select p from (values %s) as partitions(n, p) order by n".formatted(String.join(", ", partitions));
        String library = System.getenv(VARIABLE);
        try (Statement statement = proxy.createStatement()) {
            statement.execute(LANGUAGE.formatted(library, list));
            statement.execute(SIP_HASH);
            statement.execute(LOOK);
        }
    }

    private static List<String> ask(Connection proxy, String sql, String parent) throws SQLException {
        List<String> answers = new ArrayList<>();
        try (PreparedStatement statement = proxy.prepareStatement(sql)) {
            statement.setString(1, parent);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    answers.add(rows.getString(1));
                }
            }
        }
        return answers;
    }

    /** Only a super-user may load a library. */
    private static Connection asSuperuser(TestDatabase database) throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl() + "?user=postgres");
    }
}
