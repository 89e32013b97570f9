// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import io.couchmigrator.testkit.commcare.ExpectedRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How the rows of a table differ from those expected.
 *
 * @param missing expected, but not there
 * @param doubled there more often than once
 * @param wrong there with another content than expected, or not expected at all
 */
record Comparison(int missing, int doubled, int wrong) {
    /** Compares rows, each expected one with a key of its own. */
    static Comparison of(List<ExpectedRow> expected, List<ExpectedRow> actual) {
        Map<String, ExpectedRow> left = new HashMap<>();
        expected.forEach(row -> left.put(row.key(), row));
        Map<String, ExpectedRow> seen = new HashMap<>();
        int doubled = 0;
        int wrong = 0;
        for (ExpectedRow row : actual) {
            if (seen.put(row.key(), row) != null) {
                doubled++;
            } else if (!row.equals(left.remove(row.key()))) {
                wrong++;
            }
        }
        return new Comparison(left.size(), doubled, wrong);
    }

    boolean exact() {
        return missing == 0 && doubled == 0 && wrong == 0;
    }
}
