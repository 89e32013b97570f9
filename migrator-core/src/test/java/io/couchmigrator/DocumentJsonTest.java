// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.MalformedInputException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A text is gone over eight bytes at a time: what is looked for must be found wherever it lies. */
class DocumentJsonTest {
    private static final int MOST = 20;

    @Test
    void knowsABackslashAtEachPlaceOfEachLength() throws MalformedInputException {
        for (int from = 0; from < MOST; from++) {
            for (int to = from + 1; to <= MOST; to++) {
                for (int at = 0; at < MOST; at++) {
                    byte[] bytes = filled('a');
                    bytes[at] = '\\';

                    Document.Json json = Document.Json.copyOf(bytes, from, to);

                    assertThat(json.hasEscapes())
                            .as("backslash at %s, text from %s to %s", at, from, to)
                            .isEqualTo(from <= at && at < to);
                    assertThat(json.toString()).isEqualTo(new String(bytes, from, to - from, UTF_8));
                }
            }
        }
    }

    @Test
    void takesNoOtherCharacterForABackslash() throws MalformedInputException {
        for (char other = 0; other < 0x80; other++) {
            for (int length = 0; length < MOST; length++) {
                assertThat(Document.Json.copyOf(filled(other), 0, length).hasEscapes())
                        .as("%s times U+%04X", length, (int) other)
                        .isEqualTo(other == '\\' && length > 0);
            }
        }
        byte[] beyondAscii = "\u00dc\u015c\u5c5c\ud83d\udca9\u00dc\u5c5c\u015c\uffff".getBytes(UTF_8);
        assertThat(Document.Json.copyOf(beyondAscii, 0, beyondAscii.length).hasEscapes())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x80, 0xbf, 0xc0, 0xdc, 0xff})
    void refusesWhatIsNotUtf8AtEachPlace(int wrong) {
        for (int length = 1; length < MOST; length++) {
            for (int at = 0; at < length; at++) {
                byte[] bytes = filled('\\');
                bytes[at] = (byte) wrong;
                int to = length;

                assertThatExceptionOfType(MalformedInputException.class)
                        .as("at %s of %s", at, length)
                        .isThrownBy(() -> Document.Json.copyOf(bytes, 0, to));
            }
        }
    }

    @Test
    void refusesHalvesOfSurrogatePairsAndWhatIsLongerThanItNeedBe() {
        byte[] half = {'"', (byte) 0xed, (byte) 0xa0, (byte) 0xbd, '"'};
        byte[] overlong = {'"', (byte) 0xc1, (byte) 0x9c, '"'};

        assertThatExceptionOfType(MalformedInputException.class)
                .isThrownBy(() -> Document.Json.copyOf(half, 0, half.length));
        assertThatExceptionOfType(MalformedInputException.class)
                .isThrownBy(() -> Document.Json.copyOf(overlong, 0, overlong.length));
    }

    @Test
    void takesReplacementCharactersThatCame() throws MalformedInputException {
        byte[] came = "\"\ufffd\ufffd\"".getBytes(UTF_8);

        assertThat(Document.Json.copyOf(came, 0, came.length)).hasToString("\"\ufffd\ufffd\"");
    }

    @Test
    void equalsOneOfTheSameCharactersWhereverTheyCameFrom() throws MalformedInputException {
        byte[] bytes = "aa\"a\"b\"a\"".getBytes(UTF_8);

        Document.Json json = Document.Json.copyOf(bytes, 2, 5);

        assertThat(json)
                .isEqualTo(Document.Json.copyOf(bytes, 6, 9))
                .hasSameHashCodeAs(Document.Json.copyOf(bytes, 6, 9))
                .isNotEqualTo(Document.Json.copyOf(bytes, 2, 6));
    }

    private static byte[] filled(char with) {
        byte[] bytes = new byte[MOST];
        Arrays.fill(bytes, (byte) with);
        return bytes;
    }
}
