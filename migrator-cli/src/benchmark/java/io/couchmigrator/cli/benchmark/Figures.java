// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.ArrayList;
import java.util.List;

/**
 * What was measured with one number of documents.
 *
 * @param documents how many there were
 * @param bytes what the server sent for all of them
 * @param written writing alone
 * @param networks reading alone and the migrations, with each network between
 * @param list {@code migrator list}
 * @param java {@code java -version}
 */
record Figures(int documents, long bytes, Series written, List<OverNetwork> networks, Series list, Series java) {

    List<Series> phases() {
        List<Series> phases = new ArrayList<>(List.of(written));
        for (OverNetwork network : networks) {
            phases.addAll(List.of(network.drain(), network.drainBuffered()));
            network.migrations().forEach(one -> phases.add(one.series()));
        }
        phases.addAll(List.of(list, java));
        return phases;
    }

    /** Returns the CPU time of each document beyond those of a smaller measurement, in microseconds. */
    double cpuMicrosBeyond(Figures smaller, int network, int choice) {
        double more = migration(network, choice).series().medianCpuSeconds()
                - smaller.migration(network, choice).series().medianCpuSeconds();
        return more * 1e6 / (documents - smaller.documents);
    }

    private Migrated migration(int network, int choice) {
        return networks.get(network).migrations().get(choice);
    }
}
