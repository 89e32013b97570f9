// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Sets of keys that crowd behind few beginnings and hold the characters at which orders part. All edges are drawn. */
public final class HostileKeys implements ArbitrarySupplier<Set<String>> {
    private static final List<Integer> BORDERS = List.of(
            0x00, 0x1F, 0x20, 0x22, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFDCF, 0xFDD0, 0xFDF0, 0xFFFD, 0xFFFE,
            0xFFFF, 0x10000, 0x1F600, 0x10FFFD, 0x10FFFF);

    @Override
    public Arbitrary<Set<String>> get() {
        return key().set().ofMaxSize(150).withoutEdgeCases();
    }

    static Arbitrary<String> key() {
        Arbitrary<String> beginning = Arbitraries.oneOf(
                Arbitraries.of(
                        "",
                        "_design/",
                        "thirty characters in common / ",
                        "😀",
                        "z\0",
                        "\uD7FF",
                        "\uE000",
                        "\uDBFF\uDFFF".repeat(9)),
                Arbitraries.integers().between(0, 300).map("a"::repeat));
        Arbitrary<String> rest = character().list().ofMinSize(1).ofMaxSize(6).map(list -> String.join("", list));
        return Combinators.combine(beginning, rest).as(String::concat).withoutEdgeCases();
    }

    private static Arbitrary<String> character() {
        Arbitrary<Integer> any =
                Arbitraries.integers().between(0, Character.MAX_CODE_POINT).filter(HostileKeys::isScalar);
        return Arbitraries.frequencyOf(
                        Tuple.of(4, Arbitraries.integers().between('a', 'c')),
                        Tuple.of(4, Arbitraries.integers().between('0', '9')),
                        Tuple.of(2, Arbitraries.of(BORDERS)),
                        Tuple.of(1, any))
                .map(Character::toString);
    }

    private static boolean isScalar(int codePoint) {
        return codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE;
    }

    /** Single keys of the same kind. */
    static final class One implements ArbitrarySupplier<String> {
        @Override
        public Arbitrary<String> get() {
            return key();
        }
    }
}
