// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.util.Set;

/**
 * What a writer did with changes.
 *
 * @param rows how many of their rows were inserted or changed
 * @param deleted how many rows were deleted, of documents that have none any more
 * @param kept the ids of documents that have none any more, and whose rows are still there although they were to be deleted
 */
public record Written(int rows, int deleted, Set<String> kept) {
    /** Returns what a writer did that deletes nothing. */
    static Written of(int rows) {
        return new Written(rows, 0, Set.of());
    }
}
