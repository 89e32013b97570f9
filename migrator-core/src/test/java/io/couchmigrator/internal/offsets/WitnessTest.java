// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WitnessTest {
    @ParameterizedTest(name = "{0} then, {1} now: {2}")
    @CsvSource({
        "2-b, 2-b, true",
        "2-b, 3-c, true",
        "9-b, 10-c, true",
        "2-b, 1-a, false",
        "2-b, 2-c, false",
        "2-b, '', true",
        "2-b, word, true",
        "word, 1-a, true",
        "2-b, 99999999999999999999-a, true"
    })
    void fitsWhatAnEditCouldHaveMadeOfIt(String then, String now, boolean fits) {
        assertThat(new Witness("id", then).fits(now)).isEqualTo(fits);
    }
}
