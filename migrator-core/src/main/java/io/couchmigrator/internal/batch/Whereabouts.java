// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.internal.batch.Preparation.Ready;

/** In which databases of the target items may have rows that do not belong there. Safe for use by multiple threads. */
@FunctionalInterface
interface Whereabouts {
    /** Of items of which nothing is known: in any. */
    Whereabouts UNKNOWN = (item, database) -> true;

    /** Returns whether an item may have rows in a database, by its number. */
    boolean mayHaveRows(Ready<?> item, int database);
}
