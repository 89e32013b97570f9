// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** How much the machine did beside the measuring, so that a reader knows what the figures are worth. */
final class Noise implements AutoCloseable {
    private static final int STEPS = 150_000_000;

    private final int cores = Runtime.getRuntime().availableProcessors();
    private final ExecutorService threads = Executors.newFixedThreadPool(cores);
    private final List<Look> looks = new ArrayList<>();
    private final double loadBefore = load();
    private final ProcessorTimes before = ProcessorTimes.now();

    private Noise() throws IOException {}

    /**
     * What was seen before one repetition.
     *
     * @param othersPart of the CPU time of a second in which nothing was measured, how much was used all the same: by
     *     other programs, or stolen; NaN where the system does not tell
     * @param spinSeconds how long a fixed piece of work takes that keeps each core busy at once
     */
    record Look(double othersPart, double spinSeconds) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "others used %s of the cores, spin %.3f s", percent(othersPart), spinSeconds);
        }
    }

    /**
     * What was seen from the beginning to the end.
     *
     * @param loadBefore how many programs wanted to run at the beginning; below 0 where the system does not tell
     * @param loadAfter the same at the end
     * @param stolenPart of the CPU time of all, how much the machine was not given by what it runs on; NaN where the
     *     system does not tell
     * @param looks one before each repetition
     */
    record Seen(double loadBefore, double loadAfter, double stolenPart, List<Look> looks) {
        @Override
        public String toString() {
            String all = String.format(
                    Locale.ROOT,
                    "Load %.1f before, %.1f after; %s of the CPU time was stolen.",
                    loadBefore,
                    loadAfter,
                    percent(stolenPart));
            if (looks.isEmpty()) {
                return all;
            }
            Spread others = Spread.of(looks.stream().map(Look::othersPart).toList());
            Spread spin = Spread.of(looks.stream().map(Look::spinSeconds).toList());
            return all
                    + String.format(
                            Locale.ROOT,
                            "%nBefore the repetitions others used %s of the cores (%s–%s), and the spin took %.3f s (%.3f–%.3f, %+.0f %%).",
                            percent(others.median()),
                            percent(others.least()),
                            percent(others.most()),
                            spin.median(),
                            spin.least(),
                            spin.most(),
                            (spin.most() / spin.least() - 1) * 100);
        }
    }

    /** Begins to look. */
    static Noise begin() throws Exception {
        Noise noise = new Noise();
        // Compiles what spins.
        noise.spin();
        noise.spin();
        return noise;
    }

    /** Waits a second in which nothing is measured, and spins. */
    Look look() throws Exception {
        ProcessorTimes start = ProcessorTimes.now();
        TimeUnit.SECONDS.sleep(1);
        double others = ProcessorTimes.now().since(start).busyPart();
        long begun = System.nanoTime();
        spin();
        Look look = new Look(others, Taken.secondsSince(begun));
        looks.add(look);
        return look;
    }

    /** Returns what was seen up to now. */
    Seen seen() throws IOException {
        return new Seen(loadBefore, load(), ProcessorTimes.now().since(before).stolenPart(), List.copyOf(looks));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void spin() throws Exception {
        List<Future<Long>> spinning = new ArrayList<>();
        for (int i = 1; i <= cores; i++) {
            long seed = i;
            spinning.add(threads.submit(() -> spun(seed)));
        }
        for (Future<Long> one : spinning) {
            if (one.get() == 0) {
                throw new IllegalStateException("a spin came to 0, expected anything else");
            }
        }
    }

    /** Never 0, but only who does all the steps knows. */
    private static long spun(long seed) {
        long state = seed;
        for (int i = 0; i < STEPS; i++) {
            state ^= state << 13;
            state ^= state >>> 7;
            state ^= state << 17;
        }
        return state;
    }

    private static double load() {
        return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String percent(double part) {
        return Double.isNaN(part) ? "an unknown part" : String.format(Locale.ROOT, "%.0f %%", part * 100);
    }
}
