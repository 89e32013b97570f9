// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * The migrations with one choice of JVM options.
 *
 * @param jvmOptions the options
 * @param series what the whole process took
 * @param heaps of the migrating JVM, one for each repetition
 */
record Migrated(String jvmOptions, Series series, List<Heap> heaps) {
    static Migrated with(String jvmOptions) {
        return new Migrated(
                jvmOptions, new Series(jvmOptions.isEmpty() ? "migrate" : "migrate " + jvmOptions), new ArrayList<>());
    }
}
