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

    /** Returns the same for a stage that may have left its tables by these claims. */
    public Owner knowing(Set<String> claims) {
        return new Owner(migration, source, claim, claims, adopts, acceptsNewSource);
    }

    /** Returns what an owner's row says of the source: its name, and when it was created if the server says so. */
    String text() {
        return source.name() + (source.isKnown() ? CREATED + source.instanceStartTime() : "");
    }

    /** Returns whether a row that says this of its source may be of the same one. */
    boolean isOf(String text) {
        boolean known = source.isKnown() && text.contains(CREATED);
        return known ? text.equals(text()) : name(text).equals(source.name());
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
