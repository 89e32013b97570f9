// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Optional;
import java.util.Set;

/**
 * Where the rows of a stage go: an {@link Upsert} or an {@link OwnedTable} describes it, a {@link Writer} of the caller's does it.
 *
 * @param <R> the type of the rows
 */
public sealed interface Destination<R> permits Upsert, OwnedTable, Writer {
    /**
     * Returns which of its rows belongs to which shard, where the target is {@linkplain ShardMap sharded}. Empty if that is
     * not known: then it cannot be used with such a target.
     */
    Optional<Router<R>> router();

    /**
     * Returns the tables that are written, whose identity the offset file keeps, and which a verification of a sharded target
     * looks for in the main database, too. They are refused where a crash of the server would empty them, or row-level
     * security applies to the user.
     */
    Set<TableName> tables();

    /**
     * Returns whether rows can be compared with those in the target, which a verification needs, and which shows what became
     * of rows that were not counted as written.
     */
    boolean isComparable();
}
