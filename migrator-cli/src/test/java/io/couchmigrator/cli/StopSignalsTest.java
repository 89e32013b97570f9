// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Outcome;
import io.couchmigrator.cli.StopSignals.Meaning;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StopSignalsTest {
    private Duration time = Duration.ofNanos(Long.MAX_VALUE);
    private final StopSignals signals = new StopSignals(() -> time.toNanos());

    /** It signals its command, and at once the group to which that belongs. */
    @Test
    void whatTimeoutSendsTwiceIsOneSignal() {
        assertThat(signals.meaning("TERM", 15)).isEqualTo(Meaning.STOP);
        pass(Duration.ofSeconds(1));
        assertThat(signals.meaning("TERM", 15)).isEqualTo(Meaning.PART_OF_THE_FIRST);
        pass(Duration.ofNanos(1));
        assertThat(signals.meaning("TERM", 15)).isEqualTo(Meaning.HALT);
    }

    @Test
    void aTerminalThatHangsUpTwiceIsOneSignal() {
        assertThat(signals.meaning("HUP", 1)).isEqualTo(Meaning.STOP);
        pass(Duration.ofSeconds(5));
        assertThat(signals.meaning("HUP", 1)).isEqualTo(Meaning.PART_OF_THE_FIRST);
        assertThat(signals.meaning("INT", 2)).isEqualTo(Meaning.HALT);
        pass(Duration.ofNanos(1));
        assertThat(signals.meaning("HUP", 1)).isEqualTo(Meaning.HALT);
    }

    @Test
    void theFirstNamesTheStatusOfARunThatWasStopped() {
        int stopped = Outcome.STOPPED.exitStatus();
        assertThat(signals.exitStatus(stopped)).isEqualTo(stopped);

        signals.meaning("TERM", 15);
        signals.meaning("INT", 2);

        assertThat(signals.exitStatus(stopped)).isEqualTo(143);
        assertThat(signals.exitStatus(0)).isZero();
    }

    private void pass(Duration passed) {
        time = Duration.ofNanos(time.toNanos() + passed.toNanos());
    }
}
