// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.examples;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.ConflictRule;
import io.couchmigrator.CouchServer;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Outcome;
import io.couchmigrator.RejectException;
import io.couchmigrator.Result;
import io.couchmigrator.Upsert;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Copies the orders of a CouchDB database into a table. Run it again until it says COMPLETE. */
final class OrdersToPostgres {
    record Order(String id, String customer, Number cents) {}

    public static void main(String[] arguments) {
        PGSimpleDataSource target = new PGSimpleDataSource();
        target.setUrl(arguments[1]);
        Result result =
                migrator(arguments[0], target, Path.of(arguments[2])).run().orThrow();
        System.out.printf(
                "%s, rows written: %s%n", result.outcome(), result.tallies().written());
        if (result.outcome() != Outcome.COMPLETE) {
            System.exit(result.outcome().exitStatus());
        }
    }

    static Migrator migrator(String couchUrl, DataSource target, Path logDirectory) {
        DocumentStage<Order> orders = DocumentStage.<Order>builder("orders")
                .fields("type", "customer", "cents")
                .condition(document -> document.field("type").equals(new JsonPrimitive("order")))
                .transform((document, context) -> List.of(order(document)))
                .upsert(Upsert.<Order>into("orders")
                        .key("id", Order::id)
                        .text("customer", Order::customer)
                        .integer("cents", Order::cents)
                        .onConflict(ConflictRule.UPDATE)
                        .build())
                .build();
        return Migrator.builder(Migration.builder("orders").stage(orders).build())
                .source(CouchServer.builder(couchUrl).build())
                .target(target)
                .logDirectory(logDirectory)
                .build();
    }

    private static Order order(Document document) {
        if (!(document.field("customer") instanceof JsonPrimitive customer) || !customer.isString()) {
            throw new RejectException("wrong-type", "customer is no string");
        }
        if (!(document.field("cents") instanceof JsonPrimitive cents) || !cents.isNumber()) {
            throw new RejectException("wrong-type", "cents is no number");
        }
        return new Order(document.id(), customer.getAsString(), cents.getAsNumber());
    }
}
