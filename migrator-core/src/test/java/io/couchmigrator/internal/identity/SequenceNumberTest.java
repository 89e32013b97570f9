// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SequenceNumberTest {
    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\"10-g1AAA\", \"12-g1AAB\", 2",
                "\"12-g1AAA\", \"10-g1AAB\", -2",
                "10, 12, 2",
                "0, \"12-g1AAB\",",
                "\"10-g1AAA\", 12,",
                "\"12\", \"10\",",
                "[12;\"g1\"], [10;\"g1\"],",
                "1.5, 1,",
                "true, 1,",
                "null, \"10-g1AAA\",",
                "\"99999999999999999999-g\", \"10-g\","
            })
    void comparesOnlyWhatIsAlike(String then, String now, Long advance) {
        OptionalLong expected = advance == null ? OptionalLong.empty() : OptionalLong.of(advance);

        assertThat(SequenceNumber.advance(
                        JsonParser.parseString(then.replace(';', ',')), JsonParser.parseString(now.replace(';', ','))))
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "asked from {0}, answered to {1}: {2}")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "\"10-g1AAA\", \"10-g1AAA\", true",
                "\"10-g1AAA\", \"11-g1AAB\", true",
                "\"10-g1AAA\", \"0-g1AAB\", false",
                "10, 10, false",
                "\"10-g1AAA\", null, false"
            })
    void isReachedOnlyByAnAnswerThatCountsAsMuch(String asked, String answered, boolean reached) {
        assertThat(Identity.isReached(JsonParser.parseString(asked), JsonParser.parseString(answered)))
                .isEqualTo(reached);
    }
}
