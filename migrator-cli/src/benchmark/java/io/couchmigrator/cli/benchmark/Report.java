// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a person reads of the figures. */
final class Report {
    private final Machine machine;
    private final Optional<String> source;
    private final Options options;

    /** @param source which server is read; empty where none is */
    Report(Machine machine, Optional<String> source, Options options) {
        this.machine = machine;
        this.source = source;
        this.options = options;
    }

    /** Returns where, of what and with which settings it was measured. */
    String head() {
        try (Formatter text = formatter()) {
            source.ifPresent(server -> text.format("%nReads %s", server));
            text.format("%nCode %s, %s; %s%n", machine.code(), machine.at(), machine.java());
            text.format(
                    "%s, %d cores, %,d MB, load %.1f at the start; %s%n",
                    machine.processor(), machine.cores(), machine.memoryMegabytes(), machine.load(), machine.system());
            text.format("Documents of %,d bytes", options.bytes());
            if (options.largeDocuments() > 0) {
                text.format(", but for %,d of %,d bytes", options.largeDocuments(), options.largeBytes());
            }
            text.format(
                    "; %d workers, chunks of %d, %d repetitions%n",
                    options.workers(), options.chunkSize(), options.repetitions());
            return text.toString();
        }
    }

    /** Returns the table of one number of documents. */
    String table(Figures figures) {
        try (Formatter text = formatter()) {
            text.format("%n%,d documents, %.1f MB", figures.documents(), figures.bytes() / 1e6);
            text.format(
                    "%n%-48s %9s %9s %12s %9s %11s%n", "", "least s", "median s", "documents/s", "CPU s", "CPU µs/doc");
            for (Series series : figures.phases()) {
                boolean reads = series != figures.list() && series != figures.java();
                double cpu = series.medianCpuSeconds();
                text.format(
                        "%-48s %9.3f %9.3f %12s %9s %11s%n",
                        series.name(),
                        series.leastSeconds(),
                        series.medianSeconds(),
                        reads ? "%,.0f".formatted(figures.documents() / series.leastSeconds()) : "",
                        number("%.2f", cpu),
                        reads ? number("%.1f", cpu * 1e6 / figures.documents()) : "");
            }
            for (OverNetwork network : figures.networks()) {
                network.check()
                        .ifPresent(check ->
                                text.format("Link %s: %s%n", network.network().name(), check));
                network.migrations().forEach(one -> outcome(network, one, figures.written(), text));
            }
            return text.toString();
        }
    }

    /** Returns how the figures grow with the number of documents. */
    String growth(List<Figures> all) {
        try (Formatter text = formatter()) {
            List<OverNetwork> networks = all.get(0).networks();
            for (int network = 0; network < networks.size(); network++) {
                List<Migrated> choices = networks.get(network).migrations();
                for (int choice = 0; choice < choices.size(); choice++) {
                    text.format("%n%s%n", choices.get(choice).series().name());
                    text.format(
                            "%12s %12s %12s %12s %12s %12s %18s%n",
                            "documents",
                            "drain/s",
                            "write/s",
                            "migrate/s",
                            "times drain",
                            "of slower",
                            "CPU µs/doc added");
                    for (int i = 0; i < all.size(); i++) {
                        growth(
                                all.get(i),
                                all.get(i).networks().get(network),
                                choice,
                                i == 0
                                        ? "-"
                                        : number("%.1f", all.get(i).cpuMicrosBeyond(all.get(i - 1), network, choice)),
                                text);
                    }
                }
            }
            return text.toString();
        }
    }

    private static void growth(Figures figures, OverNetwork network, int choice, String added, Formatter text) {
        Migrated one = network.migrations().get(choice);
        text.format(
                "%,12d %,12.0f %,12.0f %,12.0f %12.2f %12.2f %18s%n",
                figures.documents(),
                figures.documents() / network.floor().leastSeconds(),
                figures.documents() / figures.written().leastSeconds(),
                figures.documents() / one.series().leastSeconds(),
                network.timesTheDrain(one).median(),
                network.partOfTheSlower(one, figures.written()).median(),
                added);
    }

    private static void outcome(OverNetwork network, Migrated one, Series written, Formatter text) {
        text.format(
                "%s:%n    %s times the better raw drain, %s of the rate of the slower of drain and writing; medians (least–most) of the repetitions%n",
                one.series().name(), network.timesTheDrain(one), network.partOfTheSlower(one, written));
        for (Heap heap : one.heaps()) {
            text.format(
                    "    heap: peak %s; live in the first quarter %s, in the last %s; %d collections, %.2f s of pauses%n",
                    megabytes(heap.peak()),
                    megabytes(heap.liveFirst()),
                    megabytes(heap.liveLast()),
                    heap.collections(),
                    heap.pauseSeconds());
        }
    }

    private static String megabytes(int count) {
        return count < 0 ? "unknown" : count + " MB";
    }

    private static String number(String format, double value) {
        return Double.isNaN(value) ? "-" : format.formatted(value);
    }

    private static Formatter formatter() {
        return new Formatter(new StringBuilder(), Locale.ROOT);
    }
}
