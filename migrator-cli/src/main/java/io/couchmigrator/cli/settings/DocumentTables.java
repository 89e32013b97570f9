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
    private final Map<String, TableName> earlier;
    private final Faults faults;

    /** @param earlier the tables into which databases went until now */
    DocumentTables(Values values, List<String> databases, Map<String, TableName> earlier, Faults faults) {
        this.values = values;
        this.databases = databases;
        this.earlier = earlier;
        this.faults = faults;
    }

    /** Returns the tables by the names of their databases, in whose order they are; all that is wrong is added to the faults. */
    Map<String, TableName> byDatabase() {
        Map<String, TableName> tables = new LinkedHashMap<>();
        List<Value> given = values.given(Setting.TABLE);
        if (!given.isEmpty() && databases.size() <= 1) {
            named(given.get(0)).ifPresent(table -> databases.forEach(database -> tables.put(database, table)));
        } else {
            given.forEach(table -> faults.add(
                    "%s names one table for %s databases: leave it out, and each keeps the table that it has, or gets one of its own name"
                            .formatted(table.place(), databases.size())));
            databases.forEach(database -> tables.put(database, unnamed(database)));
        }
        checkTwice(tables);
        tables.values().forEach(this::checkLength);
        checkIndexes(tables.values().stream().map(TableName::name).toList());
        return tables;
    }

    /** Where a table is filled its database goes on, whoever is named beside it. */
    private TableName unnamed(String database) {
        boolean alone = databases.size() == 1 && earlier.isEmpty();
        return Optional.ofNullable(earlier.get(database))
                .orElseGet(() -> TableName.of(
                        alone ? values.of(Setting.TABLE).orElseThrow().text() : database));
    }

    private Optional<TableName> named(Value table) {
        try {
            faults.addUnlessPrintable(table.place(), table.text());
            return Optional.of(TableName.parse(table.text()));
        } catch (IllegalArgumentException e) {
            faults.add(
                    "%s is \"%s\": expected a name as documents or archive.documents, a part with a dot or a quote in it in double quotes"
                            .formatted(table.place(), table.text()));
            return Optional.empty();
        }
    }

    /** One that keeps its table may have the name of another database there. */
    private void checkTwice(Map<String, TableName> tables) {
        Map<TableName, String> databaseOf = new LinkedHashMap<>();
        tables.forEach((database, table) -> Optional.ofNullable(databaseOf.put(table, database))
                .ifPresent(other -> faults.add("databases %s and %s would both go to table %s: %s"
                        .formatted(other, database, table, advice()))));
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
