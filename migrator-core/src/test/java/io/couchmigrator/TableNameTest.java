// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TableNameTest {
    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("orders", TableName.of("orders")),
                Arguments.of("archive.orders", TableName.of("archive", "orders")),
                Arguments.of("Orders", TableName.of("Orders")),
                Arguments.of("old orders", TableName.of("old orders")),
                Arguments.of("\"orders.2018\"", TableName.of("orders.2018")),
                Arguments.of("\"24\"\" screens\"", TableName.of("24\" screens")),
                Arguments.of("archive.\"orders.2018\"", TableName.of("archive", "orders.2018")),
                Arguments.of("\"a.b\".\"c.d\"", TableName.of("a.b", "c.d")),
                Arguments.of("\"\"\"\"", TableName.of("\"")),
                Arguments.of("Übersicht\n1", TableName.of("Übersicht\n1")));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void isReadAndWrittenTheSame(String text, TableName name) {
        assertThat(TableName.parse(text)).isEqualTo(name);
        assertThat(name).hasToString(text);
    }

    @Test
    void mayHaveQuotesThatItDoesNotNeed() {
        assertThat(TableName.parse("public.\"Orders\"")).isEqualTo(TableName.of("public", "Orders"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a.b.c", "\"\"", "\"a", "a\"", "a\"b\"", "\"a\"b", "\"a\".", "a..b"})
    void isRefusedWhereItIsNone(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TableName.parse(text))
                .withMessageStartingWith(
                        "unexpected table name %s: expected one as orders or archive.orders,".formatted(text));
    }

    @Test
    void hasNoEmptyPart() {
        assertThatIllegalArgumentException().isThrownBy(() -> TableName.of(""));
        assertThatIllegalArgumentException().isThrownBy(() -> TableName.of("", "orders"));
    }
}
