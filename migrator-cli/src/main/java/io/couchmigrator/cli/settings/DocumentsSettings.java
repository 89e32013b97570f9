// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.Migration;
import io.couchmigrator.TableName;
import io.couchmigrator.documents.Documents;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is set for the migration {@code documents} alone.
 *
 * @param tables the table of each CouchDB database
 * @param keepsDeleted whether rows of documents that are deleted stay
 * @param deletesKept whether those go that stayed so far
 * @param replaceNul whether U+0000 is replaced instead of rejected
 * @param adopt whether tables are taken whose ever they are
 * @param reread whether all is read again
 */
record DocumentsSettings(
        Map<String, TableName> tables,
        boolean keepsDeleted,
        boolean deletesKept,
        boolean replaceNul,
        boolean adopt,
        boolean reread) {
    /** Of another migration. */
    static final DocumentsSettings NONE = new DocumentsSettings(Map.of(), false, false, false, false, false);

    DocumentsSettings {
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
    }

    /** Returns a line for each table. */
    List<String> lines() {
        return tables.entrySet().stream()
                .map(table -> "Documents of %s go to table %s.".formatted(table.getKey(), table.getValue()))
                .toList();
    }

    Migration migration() {
        Documents.Builder documents = Documents.builder();
        tables.forEach(documents::database);
        if (keepsDeleted) {
            documents.keepsDeleted();
        } else if (deletesKept) {
            documents.deletesKept();
        }
        if (replaceNul) {
            documents.replaceNul();
        }
        return documents.build();
    }
}
