// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** What may happen to JSON on its way or on a disk. */
public record Damage(List<Edit> edits) {
    /** Returns what is left of some bytes. */
    public byte[] of(byte[] whole) {
        byte[] damaged = whole;
        for (Edit edit : edits) {
            damaged = edit.of(damaged);
        }
        return damaged;
    }

    /** Others come in the place of some bytes, a character for each of them. */
    public record Edit(double place, int removed, String added) {
        private byte[] of(byte[] body) {
            int from = (int) (place * body.length);
            int to = Math.min(body.length, from + removed);
            ByteBuffer edited = ByteBuffer.allocate(body.length - (to - from) + added.length());
            return edited.put(body, 0, from)
                    .put(added.getBytes(StandardCharsets.ISO_8859_1))
                    .put(body, to, body.length - to)
                    .array();
        }
    }

    /** A few edits, most of them of the characters that JSON is made of. */
    public static final class Any implements ArbitrarySupplier<Damage> {
        @Override
        public Arbitrary<Damage> get() {
            Arbitrary<String> words = Arbitraries.of(
                            "",
                            "{",
                            "}",
                            "[",
                            "]",
                            ",",
                            ":",
                            "\"",
                            "\\",
                            "\\u12",
                            "-",
                            "0",
                            ".5",
                            "e9",
                            "null",
                            "tru",
                            "/**/",
                            "\u0000",
                            "\n",
                            "'",
                            "NaN",
                            "\"_id\":",
                            "ä",
                            "\ud83d\ude00")
                    .map(word -> new String(word.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
            Arbitrary<String> any =
                    Arbitraries.strings().withCharRange('\u0000', '\u00ff').ofMaxLength(3);
            Arbitrary<Integer> removed = Arbitraries.frequencyOf(
                    Tuple.of(6, Arbitraries.integers().between(0, 2)),
                    Tuple.of(1, Arbitraries.integers().between(3, 10_000)));
            Arbitrary<String> added = Arbitraries.frequencyOf(Tuple.of(4, words), Tuple.of(1, any));
            return Combinators.combine(Arbitraries.doubles().between(0, 1), removed, added)
                    .as(Edit::new)
                    .list()
                    .ofMinSize(1)
                    .ofMaxSize(3)
                    .map(Damage::new);
        }
    }
}
