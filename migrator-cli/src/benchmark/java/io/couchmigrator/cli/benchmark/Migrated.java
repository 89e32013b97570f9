// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.CouchServer.Reading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The migrations of one choice.
 *
 * @param network what lay between the program and CouchDB
 * @param reading how documents were read
 * @param jvmOptions options of the migrating JVM
 * @param databases into how many databases the rows went
 * @param series what the whole process took
 * @param heaps of the migrating JVM, one for each repetition
 */
record Migrated(Network network, Reading reading, String jvmOptions, int databases, Series series, List<Heap> heaps) {
    /** Returns the one of which nothing is chosen. */
    static Migrated plain() {
        return with(Network.none(), Reading.AUTO, "", 1);
    }

    private static Migrated with(Network network, Reading reading, String jvmOptions, int databases) {
        String how = reading == Reading.AUTO ? "" : " " + option(reading);
        String into = databases == 1 ? "" : " into %d databases".formatted(databases);
        String name = "migrate" + how + into + network.suffix() + " " + jvmOptions;
        return new Migrated(network, reading, jvmOptions, databases, new Series(name.strip()), new ArrayList<>());
    }

    /** Returns each choice there is with a network. */
    static List<Migrated> each(Network network, Options options) {
        return options.readings().stream()
                .flatMap(reading -> options.databases().stream().flatMap(databases -> options.jvmOptions().stream()
                        .map(jvmOptions -> with(network, reading, jvmOptions, databases))))
                .toList();
    }

    /** Returns the options of the command line that it takes, none where all is as by default. */
    List<String> commandOptions() {
        return reading == Reading.AUTO ? List.of() : List.of(option(reading));
    }

    private static String option(Reading reading) {
        return "--read=" + reading.name().toLowerCase(Locale.ROOT);
    }
}
