// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

/**
 * What one measurement took.
 *
 * @param seconds the time that passed
 * @param cpuSeconds the CPU time of the process that was started for it; NaN where none was, or the system does not tell
 */
record Taken(double seconds, double cpuSeconds) {
    /** Work that is measured. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    /** Does some work in this process. */
    static Taken by(Work work) throws Exception {
        long start = System.nanoTime();
        work.run();
        return new Taken(secondsSince(start), Double.NaN);
    }

    static double secondsSince(long nanoTime) {
        return (System.nanoTime() - nanoTime) / 1e9;
    }
}
