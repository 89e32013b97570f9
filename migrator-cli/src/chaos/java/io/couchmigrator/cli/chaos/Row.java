// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.testkit.commcare.ExpectedRow;

/**
 * A row, expected or seen.
 *
 * @param key what no other row has
 * @param documentId the id of the document that asks for it, or what its shard is found by
 * @param revision of the document that it is a row of; empty where it does not say
 * @param text all that the program decides of it
 */
record Row(String key, String documentId, String revision, String text) {
    static Row of(ExpectedRow row) {
        return new Row(row.key(), row.parentId(), "", row.toString());
    }

    @Override
    public String toString() {
        return text;
    }
}
