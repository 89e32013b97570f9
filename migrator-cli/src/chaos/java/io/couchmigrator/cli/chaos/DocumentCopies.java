// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.testkit.commcare.SampleDocument;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What the migration {@code documents} makes of a sample: a table for each database, a row for each document as it is. */
final class DocumentCopies {
    /** The CouchDB databases, after which their tables are named. */
    static final List<String> DATABASES =
            SampleDocuments.of("commcarehq", 0, 0, 0).databases();

    private DocumentCopies() {}

    /** Returns the row that a document asks for, which has its {@code _rev}. */
    static Row row(SampleDocument sample) {
        JsonObject document = sample.document();
        return row(
                sample.database(),
                document.get("_id").getAsString(),
                document.get("_rev").getAsString(),
                document);
    }

    /** Returns the tables that there are: the program creates them, unless it is killed before. */
    static List<String> tables(TestDatabase database) throws SQLException {
        List<String> tables = database.query("select tablename::text from pg_tables where schemaname = 'public'");
        tables.retainAll(DATABASES);
        return tables;
    }

    /** Returns all rows of all tables. */
    static List<Row> read(TestDatabase database) throws SQLException {
        List<Row> rows = new ArrayList<>();
        for (String table : tables(database)) {
            for (String text : database.query("select jsonb_build_array(id, rev, doc)::text from " + table)) {
                JsonArray columns = JsonParser.parseString(text).getAsJsonArray();
                rows.add(row(table, columns.get(0).getAsString(), columns.get(1).getAsString(), columns.get(2)));
            }
        }
        return rows;
    }

    private static Row row(String table, String id, String rev, JsonElement document) {
        String key = table + " " + id;
        return new Row(key, id, rev, key + " " + rev + " " + stored(document));
    }

    /** What PostgreSQL does not keep is the order of members and U+0000, in whose place U+FFFD stands where there is a row at all. */
    private static JsonElement stored(JsonElement value) {
        if (value instanceof JsonObject members) {
            JsonObject sorted = new JsonObject();
            new TreeMap<>(members.asMap()).forEach((name, member) -> sorted.add(name, stored(member)));
            return sorted;
        }
        if (value instanceof JsonArray elements) {
            JsonArray sorted = new JsonArray();
            elements.forEach(element -> sorted.add(stored(element)));
            return sorted;
        }
        if (value instanceof JsonPrimitive text && text.isString()) {
            return new JsonPrimitive(text.getAsString().replace('\0', '\ufffd'));
        }
        return value;
    }
}
