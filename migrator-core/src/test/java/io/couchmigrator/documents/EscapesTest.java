// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.RejectException;
import java.util.BitSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EscapesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"a\":\"u0000\"}",
                "{\"\\\\u0000\":1}",
                "{\"a\":\"\\\\\\\\u0000\"}",
                "{\"a\":\"\\\\\\\"\\\\u0000\\u0001\\u1000\"}",
                "{\"a\":\"\\\\ud800\",\"b\":\"\\ud83d\\ude00\\uD83D\\uDE00\\ud7ff\\uE000\\uffff\"}"
            })
    void areOfNoNulWhereABackslashIsEscapedItself(String json) {
        assertThat(Escapes.ofNul(json).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":\"N\"}",
                "{\"N\":1}",
                "{\"a\":\"\\\\NN\\\\u0000\\\\\\\\N\",\"\\\"N\":\"\\ud83d\\ude00N\"}"
            })
    void areFoundAndReplacedWhereverTheyStand(String template) {
        String json = template.replace("N", "\\u0000");

        BitSet places = Escapes.ofNul(json);

        assertThat(places.cardinality())
                .isEqualTo(template.chars().filter(c -> c == 'N').count());
        assertThat(Escapes.replaced(json, places)).hasToString(template.replace("N", "\\ufffd"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\\ud800",
                "\\uD800",
                "\\uDbFf",
                "\\udc00",
                "\\uDFFF",
                "\\ud83d \\ude00",
                "\\ude00\\ud83d",
                "\\ud83d\\ud83d\\ude00",
                "\\ud83d\\\\ude00",
                "\\ud83d\\u0041",
                "\\ud83d\\n",
                "\\ud83d\\ude00\\ude00",
                "\\\\\\ud800",
                "\\u0000\\ud800"
            })
    void ofHalfASurrogatePairAreRejected(String escapes) {
        for (String json : new String[] {"{\"a\":\"" + escapes + "\"}", "{\"" + escapes + "\":1}"}) {
            assertThatThrownBy(() -> Escapes.ofNul(json))
                    .isInstanceOfSatisfying(
                            RejectException.class, e -> assertThat(e.code()).isEqualTo("lone-surrogate"))
                    .hasMessageNotContaining("\\u");
        }
    }
}
