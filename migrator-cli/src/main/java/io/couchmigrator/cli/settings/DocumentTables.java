// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.TableName;
import io.couchmigrator.cli.settings.Values.Value;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Names the table of each CouchDB database whose documents are migrated, and tells which names cannot be. */
final class DocumentTables {
    /** Beside the tables there is one that says whose each is. */
    private static final String OWNERS = "couch_migrator_owner";

    /** PostgreSQL cuts longer ones off, in bytes. */
    private static final int LONGEST_NAME = 63;

    private static final String INDEX = "_pkey";

    private final Values values;
    private final List<String> databases;
    private final Faults faults;

    DocumentTables(Values values, List<String> databases, Faults faults) {
        this.values = values;
        this.databases = databases;
        this.faults = faults;
    }

    /** Returns the tables by the names of their databases, in whose order they are; all that is wrong is added to the faults. */
    Map<String, TableName> byDatabase() {
        Map<String, TableName> tables = new LinkedHashMap<>();
        if (databases.size() <= 1) {
            named().ifPresent(table -> databases.forEach(database -> tables.put(database, table)));
        } else {
            values.given(Setting.TABLE)
                    .forEach(table -> faults.add(
                            "%s names one table for %s databases: leave it out, and each table has the name of its database"
                                    .formatted(table.place(), databases.size())));
            databases.forEach(database -> tables.put(database, TableName.of(database)));
        }
        tables.values().forEach(this::checkLength);
        checkIndexes(tables.values().stream().map(TableName::name).toList());
        return tables;
    }

    private Optional<TableName> named() {
        Value table = values.of(Setting.TABLE).orElseThrow();
        try {
            return Optional.of(TableName.parse(table.text()));
        } catch (IllegalArgumentException e) {
            faults.add(
                    "%s is \"%s\": expected a name as documents or archive.documents, a part with a dot or a quote in it in double quotes"
                            .formatted(table.place(), table.text()));
            return Optional.empty();
        }
    }

    private void checkLength(TableName table) {
        Stream.concat(table.schema().stream(), Stream.of(table.name())).forEach(part -> {
            int bytes = part.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > LONGEST_NAME) {
                faults.add("no table can be named \"%s\": PostgreSQL's names have at most %s bytes, this has %s: %s"
                        .formatted(part, LONGEST_NAME, bytes, advice()));
            }
        });
    }

    /** Tables and indexes share their names; that of a primary key is given by PostgreSQL. */
    private void checkIndexes(List<String> names) {
        for (String name : names) {
            if (name.equals(OWNERS)) {
                faults.add(
                        "no table of documents can be named \"%s\": a table of this name says whose each table is: %s"
                                .formatted(name, advice()));
            }
            Stream.concat(Stream.of(OWNERS), names.stream())
                    .distinct()
                    .filter(other -> !name.equals(other) && name.equals(indexOf(other)))
                    .forEach(other ->
                            faults.add("no table can be named \"%s\" beside \"%s\", whose index has that name: %s"
                                    .formatted(name, other, advice())));
        }
    }

    private static String indexOf(String table) {
        return table.substring(0, Math.min(table.length(), LONGEST_NAME - INDEX.length())) + INDEX;
    }

    private String advice() {
        return databases.size() <= 1
                ? "choose another --table"
                : "migrate that database alone, with --table=NAME and a log directory of its own";
    }
}
