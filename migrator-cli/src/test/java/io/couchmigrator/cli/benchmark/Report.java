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
                    "; %d workers, chunks of %d, %d repetitions, JVM options: %s%n",
                    options.workers(),
                    options.chunkSize(),
                    options.repetitions(),
                    options.jvmOptions().isEmpty() ? "none" : options.jvmOptions());
            return text.toString();
        }
    }

    /** Returns the table of one number of documents. */
    String table(Figures figures) {
        try (Formatter text = formatter()) {
            text.format("%n%,d documents, %.1f MB", figures.documents(), figures.bytes() / 1e6);
            text.format(
                    "%n%-28s %9s %9s %12s %9s %11s%n", "", "least s", "median s", "documents/s", "CPU s", "CPU µs/doc");
            for (Series series : figures.phases()) {
                boolean process = series == figures.list() || series == figures.java();
                text.format(
                        "%-28s %9.3f %9.3f %12s %9s %11s%n",
                        series.name(),
                        series.leastSeconds(),
                        series.medianSeconds(),
                        process ? "" : "%,.0f".formatted(figures.documents() / series.leastSeconds()),
                        number("%.2f", series.medianCpuSeconds()),
                        process ? "" : number("%.1f", series.medianCpuSeconds() * 1e6 / figures.documents()));
            }
            text.format(
                    "%-28s %9.2f %9.2f   times (%s)%n",
                    "migrate / raw drain",
                    figures.timesTheFloor(),
                    figures.medianTimesTheFloor(),
                    figures.floor().name());
            text.format(
                    "%-28s %9.2f %9.2f   of the rate of the slower of drain and upsert%n",
                    "migrate / slower floor", figures.partOfTheSlower(), figures.medianPartOfTheSlower());
            heaps(figures.heaps(), text);
            return text.toString();
        }
    }

    /** Returns how the figures grow with the number of documents. */
    String growth(List<Figures> all) {
        try (Formatter text = formatter()) {
            text.format(
                    "%n%12s %12s %12s %14s %14s %12s %22s%n",
                    "documents", "drain/s", "upsert/s", "migrate/s", "times drain", "of slower", "CPU µs/doc added");
            for (int i = 0; i < all.size(); i++) {
                Figures one = all.get(i);
                text.format(
                        "%,12d %,12.0f %,12.0f %,14.0f %14.2f %12.2f %22s%n",
                        one.documents(),
                        one.documents() / one.floor().leastSeconds(),
                        one.documents() / one.upsert().leastSeconds(),
                        one.documents() / one.migration().leastSeconds(),
                        one.timesTheFloor(),
                        one.partOfTheSlower(),
                        i == 0 ? "-" : number("%.1f", one.cpuMicrosBeyond(all.get(i - 1))));
            }
            return text.toString();
        }
    }

    private static void heaps(List<Heap> heaps, Formatter text) {
        for (Heap heap : heaps) {
            text.format(
                    "%-28s peak %d MB; live in the first quarter %s, in the last %s; %d collections, %.2f s of pauses%n",
                    "heap while migrating",
                    heap.peak(),
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
