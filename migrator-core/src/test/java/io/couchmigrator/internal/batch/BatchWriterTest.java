// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.source.Item;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BatchWriterTest {
    private static final SourceId A = new DocumentId("a");
    private static final SourceId B = new DocumentId("b");

    @Test
    void heedsTheLastThatABatchTellsOfADocument() {
        Item<String> edited = new Item.Found<>(A, "2-a", "edited", 1);
        Item<String> other = new Item.Found<>(B, "1-b", "other", 1);
        Item<String> deleted = new Item.Gone<>(A, "3-a");
        Item<String> again = new Item.Found<>(A, "4-a", "again", 1);

        assertThat(BatchWriter.latest(List.of(edited, other, deleted))).containsExactlyInAnyOrder(other, deleted);
        assertThat(BatchWriter.latest(List.of(edited, other, deleted, again))).containsExactlyInAnyOrder(other, again);
    }
}
