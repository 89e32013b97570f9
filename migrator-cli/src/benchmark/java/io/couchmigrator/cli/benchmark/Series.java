// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The repetitions of one phase. The least is what the machine can do, the median what it did beside all else. */
final class Series {
    private final String name;
    private final List<Taken> taken = new ArrayList<>();

    Series(String name) {
        this.name = name;
    }

    String name() {
        return name;
    }

    void add(Taken one) {
        taken.add(one);
    }

    List<Taken> taken() {
        return List.copyOf(taken);
    }

    /** Returns the seconds of the latest. */
    double last() {
        return taken.get(taken.size() - 1).seconds();
    }

    double leastSeconds() {
        return sorted(Taken::seconds)[0];
    }

    double medianSeconds() {
        return median(sorted(Taken::seconds));
    }

    double leastCpuSeconds() {
        return sorted(Taken::cpuSeconds)[0];
    }

    double medianCpuSeconds() {
        return median(sorted(Taken::cpuSeconds));
    }

    private double[] sorted(ToDoubleFunction<Taken> value) {
        return taken.stream().mapToDouble(value).sorted().toArray();
    }

    private static double median(double[] values) {
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
