// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/** What an {@link Upsert} does with a row whose key the table has already. */
public enum ConflictRule {
    /** Leaves the table's row as it is. */
    NOTHING,
    /** Gives the table's row the new values, where they differ. */
    UPDATE
}
