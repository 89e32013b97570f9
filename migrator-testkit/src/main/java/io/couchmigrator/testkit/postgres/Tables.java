// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

/** A group of tables that {@link TestDatabase#create} creates, all at once. */
public interface Tables {
    /** Returns the statements that create the tables, which must not exist yet. */
    String sql();
}
