// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

/** Takes rows as they are parsed. What it throws ends the reading. */
@FunctionalInterface
public interface RowConsumer {
    /** Takes one. */
    void row(CouchRow row);
}
