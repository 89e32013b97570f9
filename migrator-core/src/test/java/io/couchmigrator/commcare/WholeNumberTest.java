// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WholeNumberTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0, 0",
        "0.000, 0",
        "0e99999999999999999999, 0",
        "7, 7",
        "+7, 7",
        "-7, -7",
        "007, 7",
        "1.0, 1",
        "1e3, 1000",
        "1E+3, 1000",
        "1.5e1, 15",
        "1500e-2, 15",
        "1e00000000000000000002, 100",
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808",
    })
    void readsNumbersHoweverTheyAreWritten(String text, long value) {
        assertThat(WholeNumber.parse(text).flatMap(WholeNumber::asLong)).contains(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "x", "1.5", "1e-1", "15e-2", "1e-99999999999999999999", ".5", "5.", "0x10", "1_0", "٣"})
    void refusesFractionsAndWhatIsNoNumber(String text) {
        assertThat(WholeNumber.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9223372036854775808",
                "-9223372036854775809",
                "10000000000000000000",
                "1e19",
                "1e999999999",
                "1e99999999999999999999"
            })
    void knowsWhatIsBeyondALong(String text) {
        Optional<WholeNumber> number = WholeNumber.parse(text);

        assertThat(number).isPresent();
        assertThat(number.flatMap(WholeNumber::asLong)).isEmpty();
    }

    @Test
    void readsAMillionDigitsWithoutComputingThem() {
        String digits = "9".repeat(1_000_000);

        assertThat(WholeNumber.parse(digits + "." + digits)).isEmpty();
        assertThat(WholeNumber.parse(digits).flatMap(WholeNumber::asLong)).isEmpty();
        assertThat(WholeNumber.parse("0".repeat(1_000_000) + "12").flatMap(WholeNumber::asLong))
                .contains(12L);
    }
}
