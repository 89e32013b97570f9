// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What all cores of the machine did, in ticks, as Linux tells it; all 0 elsewhere.
 *
 * @param idle had nothing to do, or waited for a disk
 * @param stolen were not given by what the machine runs on
 * @param all of it
 */
record ProcessorTimes(long idle, long stolen, long all) {
    private static final Path ACCOUNT = Path.of("/proc/stat");
    private static final int IDLE = 3;
    private static final int WAITING = 4;
    private static final int STOLEN = 7;
    /** What comes then is counted before already. */
    private static final int COLUMNS = 8;

    static ProcessorTimes now() throws IOException {
        if (!Files.isReadable(ACCOUNT)) {
            return new ProcessorTimes(0, 0, 0);
        }
        String line = Files.readAllLines(ACCOUNT).get(0);
        long[] ticks = Arrays.stream(line.split(" +"))
                .skip(1)
                .limit(COLUMNS)
                .mapToLong(Long::parseLong)
                .toArray();
        return new ProcessorTimes(
                ticks[IDLE] + ticks[WAITING],
                ticks[STOLEN],
                Arrays.stream(ticks).sum());
    }

    ProcessorTimes since(ProcessorTimes before) {
        return new ProcessorTimes(idle - before.idle, stolen - before.stolen, all - before.all);
    }

    /** Returns the part that was used or stolen; NaN if nothing is known. */
    double busyPart() {
        return all == 0 ? Double.NaN : (double) (all - idle) / all;
    }

    /** Returns the part that was stolen; NaN if nothing is known. */
    double stolenPart() {
        return all == 0 ? Double.NaN : (double) stolen / all;
    }
}
