// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.couchmigrator.internal.Damage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Tuple;

/** Holds what Jackson makes of answers to what Gson makes of them, which was asked to be strict. */
final class JsonBytesPropertiesTest {
    private static final String SEED = "20261122";

    @Property(seed = SEED, tries = 3_000, edgeCases = EdgeCasesMode.NONE)
    void readsAnObjectAsGsonDoes(@ForAll(supplier = Objects.class) JsonObject object) throws IOException {
        String text = object.toString();

        assertThat(JsonBytes.object(bytes(text))).hasToString(text);
    }

    @Property(seed = SEED, tries = 12_000, edgeCases = EdgeCasesMode.NONE)
    void takesForJsonWhatGsonTakes(
            @ForAll(supplier = Objects.class) JsonObject object, @ForAll(supplier = Damage.Any.class) Damage damage)
            throws IOException {
        byte[] body = damage.of(page(object).getBytes(StandardCharsets.UTF_8));
        Optional<String> text = text(body);

        Throwable refusal = catchThrowable(() -> JsonBytes.object(new ByteArrayInputStream(body)));
        Throwable refusalOfPage = catchThrowable(() ->
                PageParser.parse(new ByteArrayInputStream(body), Wanted.of(List.of("kept")), Meter.NONE, row -> {}));

        // What else is thrown would not be taken for a broken answer.
        assertThat(List.of(Optional.ofNullable(refusal), Optional.ofNullable(refusalOfPage)))
                .allSatisfy(thrown -> thrown.ifPresent(fault -> assertThat(fault)
                        .isInstanceOfAny(IOException.class, IllegalStateException.class, NumberFormatException.class)));
        if (text.isPresent()) {
            Optional<JsonElement> expected = gson(text.get());
            assertThat(refusal == null).as("%s", refusal).isEqualTo(expected.isPresent());
            if (refusal == null) {
                assertThat(JsonBytes.object(new ByteArrayInputStream(body)))
                        .hasToString(expected.orElseThrow().toString());
            } else {
                assertThat(refusalOfPage).as("of the page").isNotNull();
            }
        }
    }

    private static String page(JsonObject document) {
        document.addProperty("_id", "a");
        document.addProperty("_rev", "1-a");
        return "{\"total_rows\":1,\"offset\":0,\"rows\":[\r\n{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"},\"doc\":%s}\r\n]}"
                .formatted(document);
    }

    private static Optional<JsonElement> gson(String text) throws IOException {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement element = JsonParser.parseReader(reader);
            boolean whole = element.isJsonObject() && reader.peek() == JsonToken.END_DOCUMENT;
            return whole ? Optional.of(element) : Optional.empty();
        } catch (IOException | JsonParseException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> text(byte[] utf8) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static ByteArrayInputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Objects of anything, nested a little, with long and strange names, texts and numbers. */
    static final class Objects implements ArbitrarySupplier<JsonObject> {
        @Override
        public Arbitrary<JsonObject> get() {
            return object(element(3));
        }

        private static Arbitrary<JsonElement> element(int depth) {
            Arbitrary<JsonElement> scalar = Arbitraries.oneOf(
                    text().map(JsonPrimitive::new),
                    Arbitraries.longs().map(JsonPrimitive::new),
                    Arbitraries.bigDecimals()
                            .between(new BigDecimal("-1e30"), new BigDecimal("1e30"))
                            .map(JsonPrimitive::new),
                    Arbitraries.of("-0", "1.0", "1E400", "123456789012345678901234567890")
                            .map(number -> new JsonPrimitive(new BigDecimal(number))),
                    Arbitraries.of(true, false).map(JsonPrimitive::new),
                    Arbitraries.just(JsonNull.INSTANCE));
            if (depth == 0) {
                return scalar;
            }
            Arbitrary<JsonElement> inner = element(depth - 1);
            return Arbitraries.oneOf(scalar, object(inner).map(JsonElement.class::cast), array(inner));
        }

        private static Arbitrary<JsonObject> object(Arbitrary<JsonElement> members) {
            return Arbitraries.maps(
                            Arbitraries.oneOf(text(), Arbitraries.of("kept", "id", "rows", "_id", "rev")), members)
                    .ofMaxSize(4)
                    .map(map -> {
                        JsonObject object = new JsonObject();
                        map.forEach(object::add);
                        return object;
                    });
        }

        private static Arbitrary<JsonElement> array(Arbitrary<JsonElement> elements) {
            return elements.list().ofMaxSize(4).map(list -> {
                JsonArray array = new JsonArray();
                list.forEach(array::add);
                return array;
            });
        }

        /** No half of a surrogate pair, which UTF-8 has no bytes for. */
        private static Arbitrary<String> text() {
            Arbitrary<String> text = Arbitraries.strings()
                    .withChars("aä\"\\/\n\u0000\u007f\u2028'{}[],: ")
                    .withCharRange('\u0800', '\u0900')
                    .ofMaxLength(40);
            Arbitrary<Integer> times = Arbitraries.frequency(Tuple.of(9, 1), Tuple.of(1, 20));
            Arbitrary<String> end = Arbitraries.of("", "\ud83d\ude00");
            return Combinators.combine(text, times, end).as((some, n, last) -> some.repeat(n) + last);
        }
    }
}
