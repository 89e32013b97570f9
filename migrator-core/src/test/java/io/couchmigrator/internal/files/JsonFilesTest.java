// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("values")
final class JsonFilesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"plain", "ü \ud83d\ude00", "a\ud83d", "\ude00a", "\ud83d\ud83d\ude00", "\u2028\n\u0000<>&='"})
    void survivesUtf8AndAParser(String text) {
        JsonObject json = new JsonObject();
        json.addProperty(text, text);
        json.add("nothing", JsonNull.INSTANCE);

        assertThat(read(JsonFiles.line(json))).isEqualTo(json);
        assertThat(read(JsonFiles.page(json))).isEqualTo(json);
    }

    @Test
    void keepsALineInOneLine() {
        JsonObject json = new JsonObject();
        json.addProperty("a\nb", "c\r\nd\u2028\u2029");

        assertThat(JsonFiles.line(json).lines()).hasSize(1);
    }

    @Test
    void keepsNumbersAsTheyCame() {
        JsonElement json = JsonParser.parseString("[1.0,123456789012345678901234567890,1e3,-0]");

        assertThat(JsonFiles.line(json)).isEqualTo("[1.0,123456789012345678901234567890,1e3,-0]");
    }

    private static JsonElement read(String json) {
        byte[] file = json.getBytes(StandardCharsets.UTF_8);
        return JsonParser.parseString(new String(file, StandardCharsets.UTF_8));
    }
}
