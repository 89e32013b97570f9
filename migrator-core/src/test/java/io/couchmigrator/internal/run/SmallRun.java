// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.gson.JsonObject;
import io.couchmigrator.CouchServer;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.Upsert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/** What a run of one small stage is given: the id of each order becomes one row, by one worker, in batches of ten. */
final class SmallRun {
    static final String TABLE = "create table orders (id varchar(40) primary key)";

    private SmallRun() {}

    /** Returns the order of this number. */
    static JsonObject document(int number) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", "o%05d".formatted(number));
        return document;
    }

    static Settings settings(String couchUrl, DataSource target, Path logs, Listener listener) {
        DocumentStage<Document> orders = DocumentStage.<Document>builder("orders")
                .transform((order, context) -> List.of(order))
                .upsert(Upsert.<Document>into("orders").key("id", Document::id).build())
                .build();
        return new Settings(
                Migration.builder("orders").stage(orders).build(),
                CouchServer.builder(couchUrl).build(),
                target,
                Optional.empty(),
                Map.of(),
                logs,
                1,
                10,
                Settings.Limits.DEFAULT.outage(Duration.ofMinutes(1)),
                false,
                false,
                false,
                false,
                false,
                listener);
    }
}
