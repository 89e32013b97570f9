// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.List;

/** Changes to write, of one document for each row. */
public final class Changes {
    private Changes() {}

    /** Returns them in the order of the rows. */
    public static <R> List<Change<R>> of(List<R> rows) {
        return rows.stream()
                .<Change<R>>map(row -> new Change.Present<>(String.valueOf(row), "1-a", List.of(row)))
                .toList();
    }
}
