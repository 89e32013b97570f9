// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(MigratorExtension.class)
final class OrdersToPostgresIT {
    @Test
    void writesARowForAnOrder(CouchDouble couch, TestDatabase database, @TempDir Path logs) throws Exception {
        database.execute("create table orders (id text primary key, customer text not null, cents bigint not null)");
        String order = "{\"_id\": \"1\", \"type\": \"order\", \"customer\": \"Ada\", \"cents\": 4200}";
        couch.create("orders").put(JsonParser.parseString(order).getAsJsonObject());

        Result result = OrdersToPostgres.migrator(couch.url(), database.dataSource(), logs)
                .run();

        assertThat(result.outcome()).isEqualTo(Outcome.COMPLETE);
        assertThat(database.query("select concat_ws(' ', id, customer, cents) from orders"))
                .containsExactly("1 Ada 4200");
    }
}
