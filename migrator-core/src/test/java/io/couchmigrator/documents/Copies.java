// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import com.google.gson.JsonObject;
import io.couchmigrator.Migration;
import io.couchmigrator.Migrator;
import io.couchmigrator.Migrators;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The database {@code shop}, whose documents go as they are into the table {@code shop}. */
final class Copies {
    private Copies() {}

    static Migration migration() {
        return Documents.builder().database("shop", TableName.of("shop")).build();
    }

    /** Returns a migrator that waits little and reads with one worker, in batches of ten. */
    static Migrator.Builder migrator(Migration migration, CouchDouble couch, TestDatabase database, Path logs) {
        return migrator(migration, couch.url(), database, logs);
    }

    /** Returns such a migrator from any server. */
    static Migrator.Builder migrator(Migration migration, String server, TestDatabase database, Path logs) {
        return Migrators.of(migration, server, database, logs).chunkSize(10);
    }

    /** Makes the table as a run would, by hand. */
    static void createTable(TestDatabase database) throws SQLException {
        database.execute(
                "create table shop (id text collate \"C\" primary key, rev text not null, doc jsonb not null)");
    }

    static String id(int number) {
        return "d%03d".formatted(number);
    }

    /** Returns so many documents. */
    static Stream<JsonObject> documents(int count) {
        return IntStream.range(0, count).mapToObj(number -> document(id(number), number));
    }

    static JsonObject document(String id, int value) {
        JsonObject document = new JsonObject();
        document.addProperty("_id", id);
        document.addProperty("value", value);
        return document;
    }

    /** Returns {@code id=value} of each row, in the order of the ids. */
    static List<String> rows(TestDatabase database) throws SQLException {
        return database.query("select id || '=' || (doc ->> 'value') from shop order by id");
    }
}
