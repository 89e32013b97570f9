// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import io.couchmigrator.internal.source.ByteBudget;
import io.couchmigrator.internal.source.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class BatcherTest {
    private static final int SHARE = 100_000;

    private final StopSignal stop = new StopSignal();
    private final ByteBudget budget = new ByteBudget(2 * SHARE, 2, stop);
    private final List<String> events = new ArrayList<>();

    @Test
    void writesABatchWhenItIsFullAndTheRestWhenTold() {
        Batcher<String> batcher = batcher(3);
        for (int id = 1; id <= 7; id++) {
            batcher.take(item(id, 1));
        }
        assertThat(events).containsExactly("wrote 1-3", "committed 3", "wrote 4-6", "committed 6");

        batcher.flush();
        batcher.flush();

        assertThat(events).endsWith("wrote 7-7", "committed 7").hasSize(6);
    }

    @Test
    void writesABatchWhenItsShareOfTheBytesIsFull() {
        Batcher<String> batcher = batcher(1000);

        batcher.take(item(1, SHARE - 1));
        batcher.take(new Item.Filtered<>(new RowId(2), ""));
        assertThat(events).isEmpty();
        batcher.take(item(3, 1));
        batcher.take(item(4, SHARE - 1));

        assertThat(events).containsExactly("wrote 1-3", "committed 3");
    }

    @Test
    void dropsWhatIsReadAgain() {
        Batcher<String> batcher = batcher(3);
        batcher.take(item(1, SHARE - 1));
        batcher.take(item(2, 0));

        batcher.restart();
        batcher.take(item(1, 1));
        batcher.take(item(2, 1));
        batcher.take(item(3, 1));

        assertThat(events).containsExactly("wrote 1-3", "committed 3");
    }

    @Test
    void commitsNothingWhoseWritingFailed() {
        Batcher<String> batcher = new Batcher<>(
                1,
                budget,
                batch -> {
                    throw new IllegalArgumentException("refused");
                },
                (last, tallies) -> events.add("committed"));

        assertThatThrownBy(() -> batcher.take(item(1, 1))).hasMessage("refused");

        assertThat(events).isEmpty();
    }

    @Test
    void writesADocumentBeyondTheShareAtOnceAndThenLetsOthersIn() {
        Batcher<String> batcher = batcher(1000);
        batcher.documentGrewTo(SHARE);
        batcher.documentGrewTo(SHARE + 1);
        batcher.documentGrewTo(5 * SHARE);
        batcher.take(item(1, 5 * SHARE));
        assertThat(events).containsExactly("wrote 1-1", "committed 1");

        Batcher<String> other = batcher(1000);
        other.documentGrewTo(SHARE + 1);
        other.close();
        other.close();

        batcher.documentGrewTo(SHARE + 1);
        batcher.restart();
        assertThat(budget.share()).isEqualTo(SHARE);
        budget.enterOversized();
    }

    @Test
    void keepsTheNextDocumentBeyondTheShareWaitingUntilThisOneIsWritten() throws InterruptedException {
        Batcher<String> first = batcher(1000);
        first.documentGrewTo(SHARE + 1);
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch entered = new CountDownLatch(1);
        Thread second = new Thread(() -> {
            begun.countDown();
            batcher(1000).documentGrewTo(SHARE + 1);
            entered.countDown();
        });
        second.start();
        begun.await();
        assertThat(entered.getCount()).isEqualTo(1);

        first.take(item(1, SHARE + 1));

        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        second.join();
    }

    @Test
    void waitsNoLongerWhenItIsToStop() {
        batcher(1000).documentGrewTo(SHARE + 1);
        stop.request();

        assertThatThrownBy(() -> batcher(1000).documentGrewTo(SHARE + 1)).isInstanceOf(StoppedException.class);
    }

    @Test
    void givesEachWorkerSomethingHoweverSmallTheHeap() {
        assertThat(new ByteBudget(0, 100, stop).share()).isEqualTo(64 * 1024);
        assertThat(ByteBudget.ofHeap(1, stop).share())
                .isLessThanOrEqualTo(Runtime.getRuntime().maxMemory() / 16);
    }

    private Batcher<String> batcher(int chunkSize) {
        return new Batcher<>(
                chunkSize,
                budget,
                batch -> {
                    events.add("wrote %s-%s"
                            .formatted(
                                    batch.get(0).id().text(),
                                    batch.get(batch.size() - 1).id().text()));
                    return Tallies.NONE;
                },
                (last, tallies) -> events.add("committed " + last.text()));
    }

    private static Item<String> item(long id, long bytes) {
        return new Item.Found<>(new RowId(id), "", "item", bytes);
    }
}
