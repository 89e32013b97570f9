// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.retry.StoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class IntakeTest {
    private static final int SHARE = 100_000;

    private final StopSignal stop = new StopSignal();
    private final ByteBudget budget = new ByteBudget(2 * SHARE, 2, stop);
    private final Intake<String> intake = new Intake<>(budget);
    private final List<Integer> asked = new ArrayList<>();

    @Test
    void takesAPageThatFits() throws PassingException {
        page(3, SHARE / 2, SHARE / 2, 0);

        assertThat(asked).containsExactly(3);
        assertThat(ids()).containsExactly("0", "1", "2");
    }

    @Test
    void asksForAsManyAsFit() throws PassingException {
        page(4, SHARE / 2, SHARE / 2, 1, 1);

        assertThat(asked).containsExactly(4, 2);
        assertThat(ids()).containsExactly("0", "1");
    }

    @Test
    void takesADocumentBeyondTheShareAloneAndThenLetsOthersIn() throws PassingException {
        page(3, 5 * SHARE, 1, 1);

        assertThat(asked).containsExactly(3, 1);
        assertThat(ids()).containsExactly("0");
        assertThat(letsAnotherIn()).isFalse();
        intake.close();
        intake.close();
        assertThat(letsAnotherIn()).isTrue();
    }

    @Test
    void leavesADocumentBeyondTheShareToTheNextPage() throws PassingException {
        page(3, 1, 5 * SHARE, 1);

        assertThat(asked).containsExactly(3, 1);
        assertThat(ids()).containsExactly("0");
        assertThat(letsAnotherIn()).isTrue();
    }

    @Test
    void takesWhatAServerSendsBeyondWhatItIsAskedFor() throws PassingException {
        intake.fill(3, limit -> {
            asked.add(limit);
            for (int i = 0; i < 3; i++) {
                intake.documentGrewTo(SHARE);
                intake.take(item(i, SHARE));
            }
            return true;
        });

        assertThat(asked).containsExactly(3, 1);
        assertThat(ids()).containsExactly("0", "1", "2");
    }

    @Test
    void dropsWhatIsReadAgain() throws PassingException {
        page(1, 5 * SHARE);

        page(2, 1, 1);

        assertThat(ids()).containsExactly("0", "1");
        assertThat(letsAnotherIn()).isTrue();
    }

    @Test
    void takesWhatNoAnswerWaitsForHoweverLargeItIs() {
        intake.take(item(1, 3 * SHARE));
        intake.take(item(2, 3 * SHARE));

        assertThat(ids()).containsExactly("1", "2");
    }

    @Test
    void asksAgainForADocumentBeyondTheShareOnceNoOtherWorkerHoldsOne() throws InterruptedException {
        budget.enterOversized();
        CountDownLatch refused = new CountDownLatch(1);
        CountDownLatch filled = new CountDownLatch(1);
        Thread waiting = new Thread(() -> {
            try {
                intake.fill(5, most -> {
                    asked.add(most);
                    try {
                        intake.documentGrewTo(2 * SHARE);
                    } finally {
                        refused.countDown();
                    }
                    intake.take(item(1, 2 * SHARE));
                    return true;
                });
                filled.countDown();
            } catch (PassingException e) {
                throw new AssertionError(e);
            }
        });
        waiting.start();
        assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(filled.getCount()).isEqualTo(1);

        budget.leaveOversized();

        assertThat(filled.await(10, TimeUnit.SECONDS)).isTrue();
        waiting.join();
        assertThat(asked).containsExactly(5, 1);
    }

    @Test
    void waitsNoLongerWhenItIsToStop() {
        CompletableFuture.runAsync(budget::enterOversized).join();
        stop.request();

        assertThatThrownBy(() -> page(1, 2 * SHARE)).isInstanceOf(StoppedException.class);
    }

    @Test
    void givesEachWorkerSomethingHoweverSmallTheHeap() {
        assertThat(new ByteBudget(0, 100, stop).share()).isEqualTo(64 * 1024);
        assertThat(ByteBudget.ofHeap(1, stop).share())
                .isLessThanOrEqualTo(Runtime.getRuntime().maxMemory() / 16);
    }

    /** Fills it with documents of these sizes, as a parser does: a document is large before it is there. */
    private void page(int most, long... sizes) throws PassingException {
        intake.fill(most, limit -> {
            asked.add(limit);
            for (int i = 0; i < Math.min(limit, sizes.length); i++) {
                intake.documentGrewTo(sizes[i]);
                intake.take(item(i, sizes[i]));
            }
            return true;
        });
    }

    private boolean letsAnotherIn() {
        return CompletableFuture.supplyAsync(() -> {
                    boolean free = budget.tryOversized();
                    if (free) {
                        budget.leaveOversized();
                    }
                    return free;
                })
                .join();
    }

    private List<String> ids() {
        return intake.items().stream().map(Item::id).map(SourceId::text).toList();
    }

    private static Item<String> item(long id, long bytes) {
        return new Item.Found<>(new RowId(id), "", "item", bytes);
    }
}
