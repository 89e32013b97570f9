// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("values")
final class JsonTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "plain",
                "two words",
                "q\"b\\s/",
                "\u0000\u0001\n\t\u007f",
                "ü€\uffff",
                "\ud83d\ude00",
                "\ud83d",
                "\ude00",
                "\ude00\ud83d",
                "\ud83d\ud83d\ude00"
            })
    void survivesUtf8AndAParser(String text) {
        byte[] wire = JsonText.quoted(text).getBytes(StandardCharsets.UTF_8);

        assertThat(JsonParser.parseString(new String(wire, StandardCharsets.UTF_8))
                        .getAsString())
                .isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {"a\u0000b,`\"a\\u0000b\"`", "\ud83d,`\"\\ud83d\"`", "\u007f,`\"\\u007f\"`", "ü,`\"ü\"`"})
    void escapesOnlyWhatItMust(String text, String json) {
        assertThat(JsonText.quoted(text)).isEqualTo(json);
    }
}
