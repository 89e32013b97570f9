// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MigrationTest {
    private final Upsert<String> upsert = Upsert.<String>into("orders")
            .key("id", id -> id)
            .text("customer", id -> "Ada")
            .build();

    @Test
    void showsItsPartsByName() {
        DocumentStage<String> documents = DocumentStage.<String>builder("orders")
                .database("shop")
                .transform((document, context) -> List.of(document.id()))
                .upsert(upsert)
                .build();
        TableStage<String> rows = TableStage.<String>builder("old_orders")
                .transform((row, context) -> List.of())
                .upsert(upsert)
                .build();

        assertThat(upsert).hasToString("upsert into \"orders\" of [id, customer]");
        assertThat(documents).hasToString("stage \"orders\" of database \"shop\"");
        assertThat(rows).hasToString("stage \"old_orders\" of table \"old_orders\"");
        assertThat(Migration.builder("shop").stage(documents).stage(rows).build())
                .hasToString("migration \"shop\" of [orders, old_orders]");
    }

    @ParameterizedTest
    @CsvSource({"_id, id", "_rev, rev"})
    void refusesAFieldThatIsAlwaysRead(String field, String method) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DocumentStage.<String>builder("orders").fields("customer", field))
                .withMessage("unexpected field \"%s\" of stage \"orders\": it is always read, use Document.%s()"
                        .formatted(field, method));
    }
}
