// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.Formatter;
import java.util.List;
import java.util.Locale;

/** What a person reads of the figures. */
final class Report {
    private final Machine machine;
    private final Options options;

    Report(Machine machine, Options options) {
        this.machine = machine;
        this.options = options;
    }

    /** Returns where, of what and with which settings it was measured. */
    String head() {
        try (Formatter text = formatter()) {
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
                    "%n%-40s %9s %9s %12s %9s %11s%n", "", "least s", "median s", "documents/s", "CPU s", "CPU µs/doc");
            for (Series series : figures.phases()) {
                boolean reads = series != figures.list() && series != figures.java();
                double cpu = series.medianCpuSeconds();
                text.format(
                        "%-40s %9.3f %9.3f %12s %9s %11s%n",
                        series.name(),
                        series.leastSeconds(),
                        series.medianSeconds(),
                        reads ? "%,.0f".formatted(figures.documents() / series.leastSeconds()) : "",
                        number("%.2f", cpu),
                        reads ? number("%.1f", cpu * 1e6 / figures.documents()) : "");
            }
            text.format("The better drain is \"%s\".%n", figures.floor().name());
            figures.migrations().forEach(one -> outcome(figures, one, text));
            return text.toString();
        }
    }

    /** Returns how the figures grow with the number of documents. */
    String growth(List<Figures> all) {
        try (Formatter text = formatter()) {
            for (int choice = 0; choice < all.get(0).migrations().size(); choice++) {
                text.format(
                        "%n%s%n", all.get(0).migrations().get(choice).series().name());
                text.format(
                        "%12s %12s %12s %12s %12s %12s %18s%n",
                        "documents", "drain/s", "write/s", "migrate/s", "times drain", "of slower", "CPU µs/doc added");
                for (int i = 0; i < all.size(); i++) {
                    String added = i == 0 ? "-" : number("%.1f", all.get(i).cpuMicrosBeyond(all.get(i - 1), choice));
                    growth(all.get(i), all.get(i).migrations().get(choice), added, text);
                }
            }
            return text.toString();
        }
    }

    private static void growth(Figures figures, Migrated one, String added, Formatter text) {
        text.format(
                "%,12d %,12.0f %,12.0f %,12.0f %12.2f %12.2f %18s%n",
                figures.documents(),
                figures.documents() / figures.floor().leastSeconds(),
                figures.documents() / figures.written().leastSeconds(),
                figures.documents() / one.series().leastSeconds(),
                figures.timesTheFloor(one),
                figures.partOfTheSlower(one),
                added);
    }

    private static void outcome(Figures figures, Migrated one, Formatter text) {
        text.format(
                "%s:%n    %.2f times the raw drain (medians %.2f), %.2f of the rate of the slower of drain and writing (medians %.2f)%n",
                one.series().name(),
                figures.timesTheFloor(one),
                figures.medianTimesTheFloor(one),
                figures.partOfTheSlower(one),
                figures.medianPartOfTheSlower(one));
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
