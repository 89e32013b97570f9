// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * What was measured with one number of documents.
 *
 * @param documents how many there were
 * @param bytes what the server sent for all of them
 * @param drain reading alone
 * @param drainBuffered reading alone, with the server sending a page in few pieces
 * @param written writing alone
 * @param migrations the whole process, for each choice of JVM options
 * @param list {@code migrator list}
 * @param java {@code java -version}
 */
record Figures(
        int documents,
        long bytes,
        Series drain,
        Series drainBuffered,
        Series written,
        List<Migrated> migrations,
        Series list,
        Series java) {

    List<Series> phases() {
        List<Series> phases = new ArrayList<>(List.of(drain, drainBuffered, written));
        migrations.forEach(one -> phases.add(one.series()));
        phases.addAll(List.of(list, java));
        return phases;
    }

    /** Returns the better way of reading. */
    Series floor() {
        return drainBuffered.leastSeconds() < drain.leastSeconds() ? drainBuffered : drain;
    }

    /** Returns how many times as long as the raw read a migration takes, the least of each. */
    double timesTheFloor(Migrated one) {
        return one.series().leastSeconds() / floor().leastSeconds();
    }

    /** Returns the same of the medians. */
    double medianTimesTheFloor(Migrated one) {
        return one.series().medianSeconds() / floor().medianSeconds();
    }

    /** Returns a migration's rate as a part of that of the slower of reading and writing alone, the least of each. */
    double partOfTheSlower(Migrated one) {
        return Math.max(floor().leastSeconds(), written.leastSeconds())
                / one.series().leastSeconds();
    }

    /** Returns the same of the medians. */
    double medianPartOfTheSlower(Migrated one) {
        return Math.max(floor().medianSeconds(), written.medianSeconds())
                / one.series().medianSeconds();
    }

    /** Returns the CPU time of each document beyond those of a smaller measurement, in microseconds. */
    double cpuMicrosBeyond(Figures smaller, int choice) {
        double more = migrations.get(choice).series().medianCpuSeconds()
                - smaller.migrations.get(choice).series().medianCpuSeconds();
        return more * 1e6 / (documents - smaller.documents);
    }
}
