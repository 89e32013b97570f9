// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import java.util.Random;

/**
 * When something happens to a run: so long after so many requests have come, so that it is spread over what the run does,
 * however fast the machine is.
 *
 * @param requests how many
 * @param millis how long after that
 */
record Moment(int requests, int millis) {
    static Moment drawn(Random random) {
        return new Moment(random.nextInt(60), random.nextInt(600));
    }
}
