// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;

/** {@link Orders} whose customers are documents of another database: a run asks CouchDB for all there is to ask. */
final class CustomerOrders {
    private static final Lookup<String, Document> CUSTOMERS = Lookup.documents("customers", "name");

    private CustomerOrders() {}

    /** Makes the table, and both databases. */
    static CouchDatabase create(CouchDouble couch, TestDatabase database, int count) throws SQLException {
        couch.create("customers").load(IntStream.range(0, 7).mapToObj(CustomerOrders::customer));
        return Orders.create(couch, database, count);
    }

    /** Returns a migrator that rejects an order whose customer it does not know. */
    static Migrator.Builder migrator(CouchDouble couch, TestDatabase database, Path logs) {
        DocumentStage<Document> stage = Orders.stage()
                .lookup(CUSTOMERS, order -> List.of(customerOf(order)))
                .transform((order, context) -> {
                    if (context.find(CUSTOMERS, customerOf(order)).isEmpty()) {
                        throw new RejectException("no-customer", "there is no such customer");
                    }
                    return List.of(order);
                })
                .build();
        return Orders.migrator(Orders.migration(stage), couch, database, logs);
    }

    private static String customerOf(Document order) {
        return order.field("customer").getAsString();
    }

    private static JsonObject customer(int number) {
        JsonObject customer = new JsonObject();
        customer.addProperty("_id", "c" + number);
        customer.addProperty("name", "Customer " + number);
        return customer;
    }
}
