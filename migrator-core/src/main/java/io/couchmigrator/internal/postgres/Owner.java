// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.internal.offsets.StageOffset.Database;
import java.util.Set;

/**
 * Whose a table is to be: a migration's, for the documents of one CouchDB database.
 *
 * @param migration the migration's slug
 * @param source the database, as it is now
 * @param claim what tells the run's claim from all others, where the table is as its stage left it
 * @param known claims by which its stage may have left the table
 * @param adopts whether the operator lets it have a table that is not its own
 * @param acceptsNewSource whether its table may be of another database of that name before
 */
public record Owner(
        String migration, Database source, String claim, Set<String> known, boolean adopts, boolean acceptsNewSource) {
    private static final String CREATED = " created at ";

    public Owner {
        known = Set.copyOf(known);
    }

    /** Returns what an owner's row says of the source: its name, and when it was created if the server says so. */
    String text() {
        return source.name() + (source.isKnown() ? CREATED + source.instanceStartTime() : "");
    }

    /**
     * Returns whether a row is of the same source. Where one of both does not say when it was created, only a claim of the stage's own shows
     * that: servers before 3.3 have databases of one name that are as like as their names.
     */
    boolean isOf(Ownership.Row row) {
        return tells(row) ? row.source().equals(text()) : isNamed(row.source()) && knows(row);
    }

    /** Returns whether both say when their source was created. */
    boolean tells(Ownership.Row row) {
        return source.isKnown() && row.source().contains(CREATED);
    }

    /** Returns whether the stage may have left the table so. */
    boolean knows(Ownership.Row row) {
        return claim.equals(row.claim()) || known.contains(row.claim());
    }

    /** Returns whether a row that says this of its source is of one of the same name. */
    boolean isNamed(String text) {
        return name(text).equals(source.name());
    }

    /** A database's name has no space in it. */
    private static String name(String text) {
        return text.split(" ", 2)[0];
    }

    /** Returns the owner, for messages. */
    @Override
    public String toString() {
        return told(migration, text());
    }

    static String told(String migration, String source) {
        return "migration \"%s\" with CouchDB database %s".formatted(migration, source);
    }
}
