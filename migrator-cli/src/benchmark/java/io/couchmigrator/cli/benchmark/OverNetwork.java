// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What was measured with one network between the program and CouchDB.
 *
 * @param network the network
 * @param check what it was found to be; empty where there is none
 * @param drain reading all documents whole, and nothing else
 * @param drainBuffered the same, with the server sending a page in few pieces
 * @param migrations the whole process, for each choice
 */
record OverNetwork(
        Network network, Optional<LinkCheck> check, Series drain, Series drainBuffered, List<Migrated> migrations) {
    static OverNetwork of(Network network, Optional<LinkCheck> check, Options options) {
        return new OverNetwork(
                network,
                check,
                new Series("raw drain" + network.suffix()),
                new Series("raw drain, buffer_response" + network.suffix()),
                Migrated.each(network, options));
    }

    /** Returns the better way of reading. */
    Series floor() {
        return drainBuffered.leastSeconds() < drain.leastSeconds() ? drainBuffered : drain;
    }

    /** Returns how many times as long as the better raw drain of its repetition a migration takes. */
    Spread timesTheDrain(Migrated one) {
        return each(one, i -> seconds(one.series(), i) / betterDrain(i));
    }

    /** Returns a migration's rate as a part of that of the slower of reading and writing alone in its repetition. */
    Spread partOfTheSlower(Migrated one, Series written) {
        return each(one, i -> Math.max(betterDrain(i), seconds(written, i)) / seconds(one.series(), i));
    }

    private double betterDrain(int repetition) {
        return Math.min(seconds(drain, repetition), seconds(drainBuffered, repetition));
    }

    private static Spread each(Migrated one, IntToDoubleFunction figure) {
        return Spread.of(IntStream.range(0, one.series().taken().size())
                .mapToDouble(figure)
                .boxed()
                .toList());
    }

    private static double seconds(Series series, int repetition) {
        return series.taken().get(repetition).seconds();
    }
}
