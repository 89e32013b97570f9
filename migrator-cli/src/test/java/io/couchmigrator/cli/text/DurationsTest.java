// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({"500ms,PT0.5S", "30s,PT30S", "10m,PT10M", "2h,PT2H", "1d,PT24H", "0s,PT0S", " 5m ,PT5M"})
    void readsANumberWithItsUnit(String text, Duration expected) {
        assertThat(Durations.parse(text)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "m", "-5m", "1.5h", "10 m", "10M", "1h30m", "99999999999s", "PT5M"})
    void readsNothingElse(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S,0:00:00.000000",
        "PT0.137354S,0:00:00.137354",
        "PT3H24M21.179518S,3:24:21.179518",
        "PT23H59M59.9999999S,23:59:59.999999",
        "PT24H,'1 day, 0:00:00.000000'",
        "PT250H1S,'10 days, 10:00:01.000000'"
    })
    void writesMicroseconds(Duration duration, String expected) {
        assertThat(Durations.precise(duration)).isEqualTo(expected);
    }

    @Test
    void writesWholeSeconds() {
        assertThat(Durations.seconds(Duration.ofMillis(4_999))).isEqualTo("0:00:04");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0s", "250ms", "1500ms", "30s", "90s", "10m", "120m"})
    void areWrittenAsTheyAreRead(String written) {
        assertThat(Durations.option(Durations.parse(written).orElseThrow())).isEqualTo(written);
    }
}
