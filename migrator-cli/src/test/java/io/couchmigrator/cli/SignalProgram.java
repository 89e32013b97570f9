// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.Outcome;
import java.util.concurrent.CountDownLatch;

/** A program that stops as a run does, once it has saved for as long as its input lasts, or, given a word, would never come to an end. */
final class SignalProgram {
    private SignalProgram() {}

    public static void main(String[] words) throws Exception {
        StopSignals signals = new StopSignals(System::nanoTime);
        CountDownLatch stopped = new CountDownLatch(words.length + 1);
        signals.handle(() -> {
            System.out.println("stopping");
            stopped.countDown();
        });
        System.out.println("ready");
        stopped.await();
        System.in.readAllBytes();
        System.out.println("saved");
        System.exit(signals.exitStatus(Outcome.STOPPED.exitStatus()));
    }
}
