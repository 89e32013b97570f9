// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.Change;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.TableName;
import io.couchmigrator.testkit.postgres.Tables;
import java.util.List;

/** A row of {@code documents}, written here through the same public table as the migration writes its own. */
record CopiedDocument(String id, String rev, String doc) {
    static final Tables TABLE =
            () -> "create table documents (id text collate \"C\" primary key, rev text not null, doc jsonb not null)";

    /** Returns what the document asks for. */
    Change<CopiedDocument> change() {
        return new Change.Present<>(id, rev, List.of(this));
    }

    static OwnedTable<CopiedDocument> owned() {
        return OwnedTable.<CopiedDocument>named(TableName.of("documents"))
                .id("id", CopiedDocument::id)
                .rev("rev", CopiedDocument::rev)
                .column("doc", "jsonb", CopiedDocument::doc)
                .build();
    }
}
