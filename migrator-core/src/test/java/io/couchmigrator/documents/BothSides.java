// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import io.couchmigrator.Outcome;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The database {@code shop} and the table {@code shop}, compared by what the double and SQL say of them.
 *
 * @param same documents whose row is as it should be
 * @param different those whose row has another revision or other contents
 * @param revised of these, those whose row has another revision
 */
record BothSides(long same, long missing, long different, long revised, long extra) {
    static BothSides of(CouchDatabase shop, TestDatabase database, int count) throws SQLException {
        Map<String, String> documents = new TreeMap<>();
        for (int number = 0; number < count; number++) {
            shop.get(Copies.id(number))
                    .ifPresent(document -> documents.put(document.get("_id").getAsString(), document.toString()));
        }
        Map<String, String> rows = new TreeMap<>();
        for (String id : database.query("select id from shop")) {
            rows.put(id, id);
        }
        List<String> both = new ArrayList<>(documents.keySet());
        both.retainAll(rows.keySet());
        long same = 0;
        long sameRev = 0;
        for (String id : both) {
            String document = documents.get(id).replace("'", "''");
            String sameRevision =
                    "select 1 from shop where id = '%1$s' and rev = '%2$s'::jsonb ->> '_rev'".formatted(id, document);
            sameRev += database.query(sameRevision).size();
            same += database.query(sameRevision + " and doc = '%s'::jsonb".formatted(document))
                    .size();
        }
        return new BothSides(
                same,
                documents.size() - both.size(),
                both.size() - same,
                both.size() - sameRev,
                rows.size() - both.size());
    }

    Outcome outcome() {
        return missing + different + extra == 0 ? Outcome.COMPLETE : Outcome.DIFFERENCES_FOUND;
    }
}
