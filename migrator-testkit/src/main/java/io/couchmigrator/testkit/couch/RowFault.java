// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A fault in which rows an answer has, and in which order. */
final class RowFault extends Fault {
    private final int row;
    private final boolean swaps;

    private RowFault(String description, int row, boolean swaps) {
        super(description);
        if (row < 1) {
            throw new IllegalArgumentException("Expected a row, counted from 1, but was " + row);
        }
        this.row = row;
        this.swaps = swaps;
    }

    static RowFault repeating(int row) {
        return new RowFault("row " + row + " twice", row, false);
    }

    static RowFault swapping(int row) {
        return new RowFault("row " + row + " after the next", row, true);
    }

    @Override
    <T> List<T> rows(List<T> rows) {
        if (row > rows.size()) {
            return rows;
        }
        List<T> arranged = new ArrayList<>(rows);
        boolean last = row == rows.size();
        if (swaps && !last) {
            Collections.swap(arranged, row - 1, row);
        } else if (!swaps && last) {
            arranged.add(rows.get(row - 1));
        } else if (!swaps) {
            arranged.set(row, rows.get(row - 1));
        }
        return arranged;
    }
}
