// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import com.google.gson.JsonParser;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Migration;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.ShardMap;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.util.List;

/**
 * The database {@code shop}, whose documents have rows in the table {@code shop} as their value says: one below zero does not count, one of zero
 * has no row, and of several databases each row is in that of the value's remainder.
 */
final class Valued {
    private Valued() {}

    static OwnedTable.Builder<DocumentRow> table() {
        return OwnedTable.<DocumentRow>named(TableName.of("shop"))
                .id("id", DocumentRow::id)
                .rev("rev", DocumentRow::rev)
                .column("doc", "jsonb", DocumentRow::doc)
                .router((row, shards) -> JsonParser.parseString(row.doc().toString())
                                .getAsJsonObject()
                                .get("value")
                                .getAsInt()
                        % shards);
    }

    static Migration migration(OwnedTable<DocumentRow> table) {
        return Migration.builder("valued")
                .stage(DocumentStage.<DocumentRow>builder("shop")
                        .text()
                        .condition(document -> value(document.text()) >= 0)
                        .transform((document, context) -> value(document.text()) == 0
                                ? List.of()
                                : List.of(new DocumentRow(document.id(), document.rev(), document.json())))
                        .owns(table)
                        .build())
                .build();
    }

    static ShardMap shards(TestDatabase even, TestDatabase odd) {
        return ShardMap.builder()
                .shards(0, 0, even.dataSource())
                .shards(1, 1, odd.dataSource())
                .build();
    }

    private static int value(String text) {
        return JsonParser.parseString(text).getAsJsonObject().get("value").getAsInt();
    }
}
