// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.couchmigrator.testkit.couch.CouchDatabase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** The invented documents of a shop: customers, products, and the orders of the ones for the others. Used by one thread. */
final class Shop {
    static final String DATABASE = "shop";

    private static final List<String> TOWNS = List.of("Cape Town", "Kraków", "Lima", "Osaka", "Tromsø");
    private static final List<String> GOODS = List.of("lamp", "chair", "kettle", "scarf", "clock");
    private static final int CUSTOMERS = 500;
    private static final int PRODUCTS = 100;
    private static final int MOST_LINES = 4;

    private final Map<String, JsonObject> documents = new TreeMap<>();
    private final Random random;

    /** @param seed any number */
    Shop(long seed, int count) {
        this.random = new Random(seed);
        for (int number = 0; number < CUSTOMERS; number++) {
            add("customer", number).addProperty("town", TOWNS.get(random.nextInt(TOWNS.size())));
        }
        for (int number = 0; number < PRODUCTS; number++) {
            JsonObject product = add("product", number);
            product.addProperty("name", GOODS.get(number % GOODS.size()) + " " + number / GOODS.size());
            product.addProperty("cents", 100 + random.nextInt(20_000));
        }
        for (int number = 0; number < count - CUSTOMERS - PRODUCTS; number++) {
            order(number);
        }
    }

    private JsonObject add(String type, int number) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id(type, number));
        document.addProperty("type", type);
        documents.put(id(type, number), document);
        return document;
    }

    private JsonObject order(int number) {
        JsonObject order = add("order", number);
        order.addProperty("customer", id("customer", random.nextInt(CUSTOMERS)));
        order.addProperty("state", random.nextInt(10) == 0 ? "open" : "paid");
        JsonArray lines = new JsonArray();
        for (int line = 0; line <= random.nextInt(MOST_LINES); line++) {
            JsonObject one = new JsonObject();
            one.addProperty("product", id("product", random.nextInt(PRODUCTS)));
            one.addProperty("count", 1 + random.nextInt(5));
            lines.add(one);
        }
        order.add("lines", lines);
        return order;
    }

    private static String id(String type, int number) {
        return String.format(Locale.ROOT, "%s-%05d", type, number);
    }

    /** Returns all documents there are now, in the order of their ids. */
    Collection<JsonObject> documents() {
        return documents.values();
    }

    /** Edits an order, deletes another and adds one, in CouchDB too; returns what it did, a line each. */
    List<String> goesOn(CouchDatabase couch) {
        List<String> done = new ArrayList<>();
        JsonObject edited = documents.values().stream()
                .filter(document -> document.has("state")
                        && document.get("state").getAsString().equals("open"))
                .findFirst()
                .orElseThrow();
        edited.addProperty("state", "paid");
        couch.put(edited);
        done.add("%s is paid for: its document is edited."
                .formatted(edited.get("_id").getAsString()));
        String cancelled = id("order", 7);
        documents.remove(cancelled);
        couch.delete(cancelled);
        done.add("%s is cancelled: its document is deleted.".formatted(cancelled));
        JsonObject ordered = order(documents.size());
        couch.put(ordered);
        done.add("%s is new.".formatted(ordered.get("_id").getAsString()));
        return done;
    }
}
