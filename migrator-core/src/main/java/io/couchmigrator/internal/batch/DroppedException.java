// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import java.util.Set;

/** The target took rows without an error and neither wrote them nor has them; never leaves the engine. */
final class DroppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Set<Integer> rows;

    DroppedException(Set<Integer> rows) {
        super(rows.size() + " rows were dropped", null, false, false);
        this.rows = rows;
    }

    /** Returns which rows, by their places among those that were written at once. */
    Set<Integer> rows() {
        return rows;
    }
}
