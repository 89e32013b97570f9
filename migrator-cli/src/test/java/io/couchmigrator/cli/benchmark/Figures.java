// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.List;

/**
 * What was measured with one number of documents.
 *
 * @param documents how many there were
 * @param bytes what the server sent for all of them
 * @param drain reading alone
 * @param drainBuffered reading alone, with the server sending a page in few pieces
 * @param upsert writing alone
 * @param migration the whole process
 * @param heaps of the migrating JVM, one for each repetition
 * @param list {@code migrator list}
 * @param java {@code java -version}
 */
record Figures(
        int documents,
        long bytes,
        Series drain,
        Series drainBuffered,
        Series upsert,
        Series migration,
        List<Heap> heaps,
        Series list,
        Series java) {

    List<Series> phases() {
        return List.of(drain, drainBuffered, upsert, migration, list, java);
    }

    /** Returns the better way of reading. */
    Series floor() {
        return drainBuffered.leastSeconds() < drain.leastSeconds() ? drainBuffered : drain;
    }

    /** Returns how many times as long as the raw read the migration takes, the least of each. */
    double timesTheFloor() {
        return migration.leastSeconds() / floor().leastSeconds();
    }

    /** Returns the same of the medians. */
    double medianTimesTheFloor() {
        return migration.medianSeconds() / floor().medianSeconds();
    }

    /** Returns the migration's rate as a part of that of the slower of reading and writing alone, the least of each. */
    double partOfTheSlower() {
        return Math.max(floor().leastSeconds(), upsert.leastSeconds()) / migration.leastSeconds();
    }

    /** Returns the same of the medians. */
    double medianPartOfTheSlower() {
        return Math.max(floor().medianSeconds(), upsert.medianSeconds()) / migration.medianSeconds();
    }

    /** Returns the CPU time of each document beyond those of a smaller measurement, in microseconds. */
    double cpuMicrosBeyond(Figures smaller) {
        return (migration.medianCpuSeconds() - smaller.migration.medianCpuSeconds())
                * 1e6
                / (documents - smaller.documents);
    }
}
