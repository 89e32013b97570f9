// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Endpoint;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What docs/embed.md claims of its example, beyond what the example's own test shows. */
@ExtendWith(MigratorExtension.class)
final class OrdersExampleIT {
    private static final String ORDER = "{\"_id\": \"1\", \"type\": \"order\", \"customer\": \"Ada\", \"cents\": 4200}";

    @TempDir
    private Path logs;

    @BeforeEach
    void createOrders(CouchDouble couch, TestDatabase database) throws Exception {
        couch.create("orders");
        database.execute("create table orders (id text primary key, customer text not null, cents bigint not null)");
    }

    @Test
    void followsAnEditInTheNextRun(CouchDouble couch, TestDatabase database) throws Exception {
        put(couch, ORDER);
        run(couch, database);
        put(couch, ORDER.replace("4200", "4300"));

        Result second = run(couch, database);

        assertThat(second.tallies().written()).isEqualTo(1);
        assertThat(database.query("select cents from orders")).containsExactly("4300");
    }

    @Test
    void rejectsWhatIsNoOrderAndWritesTheOthers(CouchDouble couch, TestDatabase database) throws Exception {
        put(couch, "{\"_id\": \"0\", \"type\": \"order\", \"cents\": 4200}");
        put(couch, ORDER);
        put(couch, "{\"_id\": \"2\", \"type\": \"order\", \"customer\": \"Ada\", \"cents\": 42.5}");
        put(couch, "{\"_id\": \"3\", \"type\": \"invoice\"}");

        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(result.outstanding()).isEqualTo(2);
        assertThat(database.query("select id from orders")).containsExactly("1");
    }

    @Test
    void takesServersAndDirectoryAsArguments(CouchDouble couch, TestDatabase database) throws Exception {
        put(couch, ORDER);
        String target = "%s?user=%s&password=%s".formatted(database.jdbcUrl(), database.user(), database.password());

        OrdersToPostgres.main(new String[] {couch.url(), target, logs.toString()});

        assertThat(database.query("select id from orders")).containsExactly("1");
    }

    @Test
    void onlyReadsTheSource(CouchDouble couch, TestDatabase database) throws Exception {
        put(couch, ORDER);
        put(couch, "{\"_id\": \"2\", \"type\": \"order\"}");

        run(couch, database);
        run(couch, database);

        assertThat(couch.requests())
                .isNotEmpty()
                .allMatch(request -> request.method().equals("GET")
                        || (request.method().equals("POST") && request.endpoint() == Endpoint.ALL_DOCS));
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        return OrdersToPostgres.migrator(couch.url(), database.dataSource(), logs)
                .run();
    }

    private static void put(CouchDouble couch, String document) {
        couch.database("orders").put(JsonParser.parseString(document).getAsJsonObject());
    }
}
