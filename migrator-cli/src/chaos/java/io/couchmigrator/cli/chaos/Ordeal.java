// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.util.SplittableRandom;

/**
 * What the tables go through that a program owns.
 *
 * @param meddling whether somebody writes into them between the program's lives
 * @param depth how much a verification compares that comes before a whole one, once somebody has
 * @param rivals whether two runs start in the same moment, after all lives
 */
record Ordeal(boolean meddling, Depth depth, boolean rivals) {
    /** For tables that are not the program's own. */
    static final Ordeal NONE = new Ordeal(false, Depth.FULL, false);

    private static final Depth[] DEPTHS = Depth.values();

    static Ordeal drawn(SplittableRandom random) {
        return new Ordeal(random.nextBoolean(), DEPTHS[random.nextInt(DEPTHS.length)], random.nextBoolean());
    }
}
