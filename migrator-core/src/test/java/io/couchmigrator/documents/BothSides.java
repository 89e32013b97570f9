// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.couchmigrator.Outcome;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

/**
 * Documents and the table {@code shop}, compared by what each of them says.
 *
 * @param same documents whose row is as it should be
 * @param different those whose row has another revision or other contents
 * @param revised of these, those whose row has another revision
 */
record BothSides(long same, long missing, long different, long revised, long extra) {
    static BothSides of(CouchDatabase shop, TestDatabase database, int count) throws IOException, SQLException {
        Map<String, String> documents = new TreeMap<>();
        for (int number = 0; number < count; number++) {
            String id = Copies.id(number);
            shop.get(id).ifPresent(document -> documents.put(id, document.toString()));
        }
        return of(documents, database);
    }

    /** @param documents their texts by their ids */
    static BothSides of(Map<String, String> documents, TestDatabase database) throws IOException, SQLException {
        long same = 0;
        long different = 0;
        long revised = 0;
        long extra = 0;
        for (String row : database.query("select json_build_array(id, rev, doc::text) from shop")) {
            JsonArray columns = JsonParser.parseString(row).getAsJsonArray();
            String document = documents.get(columns.get(0).getAsString());
            if (document == null) {
                extra++;
                continue;
            }
            boolean isRevised = !document.contains("\"_rev\":" + columns.get(1));
            boolean isDifferent =
                    !Meaning.of(document).equals(Meaning.of(columns.get(2).getAsString()));
            revised += isRevised ? 1 : 0;
            different += isRevised || isDifferent ? 1 : 0;
            same += isRevised || isDifferent ? 0 : 1;
        }
        return new BothSides(same, documents.size() - same - different, different, revised, extra);
    }

    Outcome outcome() {
        return missing + different + extra == 0 ? Outcome.COMPLETE : Outcome.DIFFERENCES_FOUND;
    }
}
