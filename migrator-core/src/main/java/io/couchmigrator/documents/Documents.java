// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import com.google.gson.JsonObject;
import io.couchmigrator.Context;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Migration;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.RejectException;
import io.couchmigrator.Router;
import io.couchmigrator.TableName;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The migration {@value #SLUG}: every document of some CouchDB databases as it is, each database into a table of its own,
 * {@code (id text collate "C" primary key, rev text not null, doc jsonb not null)}. Documents that are deleted or purged leave the table;
 * design documents are left out.
 */
public final class Documents {
    /** The migration's slug. */
    public static final String SLUG = "documents";

    private static final String DESIGN = "_design/";

    private final Map<String, TableName> tables;
    private final UnaryOperator<OwnedTable.Builder<DocumentRow>> deletions;
    private final boolean replacesNul;
    private final Map<String, String> settings;

    private Documents(Builder builder) {
        this.tables = new LinkedHashMap<>(builder.tables);
        this.deletions = builder.deletions;
        this.replacesNul = builder.replacesNul;
        this.settings = new LinkedHashMap<>(builder.settings);
    }

    /** Starts one without databases. */
    public static Builder builder() {
        return new Builder();
    }

    private Migration migration() {
        Migration.Builder migration = Migration.builder(SLUG);
        tables.forEach((database, table) -> migration.stage(stage(database, table)));
        if (tables.size() == 1) {
            tables.values().forEach(table -> migration.setting("table", table.toString()));
        }
        settings.forEach(migration::setting);
        return migration.build();
    }

    private DocumentStage<DocumentRow> stage(String database, TableName table) {
        OwnedTable.Builder<DocumentRow> rows = OwnedTable.<DocumentRow>named(table)
                .id("id", DocumentRow::id)
                .routerOfId(Router.sipHash(Function.identity()))
                .rev("rev", DocumentRow::rev)
                .column("doc", "jsonb", DocumentRow::doc);
        return DocumentStage.<DocumentRow>builder(database)
                .text()
                .condition(document -> !document.id().startsWith(DESIGN))
                .definition(definition())
                .transform((document, context) ->
                        List.of(new DocumentRow(document.id(), document.rev(), json(document, context))))
                .owns(deletions.apply(rows).build())
                .build();
    }

    /** Rows come out differently. That those of deleted documents are kept is said beside the table itself. */
    private int definition() {
        return replacesNul ? 3 : 1;
    }

    private Document.Json json(Document document, Context context) {
        Document.Json json = document.json();
        if (!json.hasEscapes()) {
            return json;
        }
        String text = json.toString();
        BitSet nuls = Escapes.ofNul(text);
        if (nuls.isEmpty()) {
            return json;
        }
        if (!replacesNul) {
            throw new RejectException("nul-character", "it holds U+0000, which PostgreSQL cannot store: take it out");
        }
        context.log(replaced(document.id(), nuls.cardinality()));
        return Escapes.replaced(text, nuls);
    }

    private static JsonObject replaced(String id, int times) {
        JsonObject entry = new JsonObject();
        entry.addProperty("error", "nul-replaced");
        entry.addProperty("doc_id", id);
        entry.addProperty("times", times);
        return entry;
    }

    /** Builds the migration; not safe for use by multiple threads. */
    public static final class Builder {
        private final Map<String, TableName> tables = new LinkedHashMap<>();
        private UnaryOperator<OwnedTable.Builder<DocumentRow>> deletions = UnaryOperator.identity();
        private boolean replacesNul;
        private final Map<String, String> settings = new LinkedHashMap<>();

        private Builder() {}

        /** Adds a CouchDB database, whose documents go into this table. */
        public Builder database(String database, TableName table) {
            tables.put(Objects.requireNonNull(database, "database"), Objects.requireNonNull(table, "table"));
            return this;
        }

        /** Lets the rows of documents that are deleted {@linkplain OwnedTable.Builder#keepsDeleted stay as they were}. By default they are deleted. */
        public Builder keepsDeleted() {
            this.deletions = OwnedTable.Builder::keepsDeleted;
            settings.put("deletions", "keep");
            return this;
        }

        /** Lets also the rows go that were {@linkplain #keepsDeleted kept} so far, {@linkplain OwnedTable.Builder#deletesKept which are nowhere else}. */
        public Builder deletesKept() {
            this.deletions = OwnedTable.Builder::deletesKept;
            settings.put("deletions", "delete");
            return this;
        }

        /**
         * Puts U+FFFD in the place of U+0000 wherever a document's body has it, and logs each such document as {@code nul-replaced}. By
         * default documents with U+0000 are rejected; those with it in their ids always are.
         */
        public Builder replaceNul() {
            this.replacesNul = true;
            settings.put("nul", "replace");
            return this;
        }

        /**
         * Returns the migration.
         *
         * @throws IllegalStateException if it has no database
         */
        public Migration build() {
            return new Documents(this).migration();
        }
    }
}
