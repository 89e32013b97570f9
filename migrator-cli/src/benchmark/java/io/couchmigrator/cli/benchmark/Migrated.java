// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * The migrations with one choice of JVM options.
 *
 * @param jvmOptions the options
 * @param databases into how many databases the rows went
 * @param series what the whole process took
 * @param heaps of the migrating JVM, one for each repetition
 */
record Migrated(String jvmOptions, int databases, Series series, List<Heap> heaps) {
    static Migrated with(String jvmOptions, int databases) {
        String into = databases == 1 ? "" : " into %d databases".formatted(databases);
        return new Migrated(
                jvmOptions, databases, new Series(("migrate" + into + " " + jvmOptions).strip()), new ArrayList<>());
    }
}
