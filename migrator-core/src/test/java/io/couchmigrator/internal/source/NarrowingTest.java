// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CouchServer;
import io.couchmigrator.internal.couch.BrokenAnswerException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NarrowingTest {
    private final BrokenAnswerException broken = brokenAnswer();

    @Test
    void asksForTheSameOnceMoreThenHalvesThenAsksForOneAlone() {
        Narrowing narrowing = new Narrowing();
        List<String> asked = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            asked.add(narrowing.limit(8) + (narrowing.isAlone() ? " alone" : ""));
            narrowing.broke("here", narrowing.limit(8), broken);
        }

        assertThat(asked).containsExactly("8", "8", "4", "2", "1", "1 alone", "1 alone");
    }

    @Test
    void makesTheServerWaitOnlyWhereItDoesNotAskForLess() {
        Narrowing narrowing = new Narrowing();
        List<Boolean> narrows = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            narrows.add(narrowing.broke("here", narrowing.limit(2), broken).narrows());
        }

        assertThat(narrows).containsExactly(false, true, true, false, false);
    }

    @Test
    void beginsAnewWhereTheAnswerGotFurther() {
        Narrowing narrowing = new Narrowing();
        narrowing.broke(null, narrowing.limit(8), broken);
        narrowing.broke("a", narrowing.limit(8), broken);
        narrowing.broke("b", narrowing.limit(8), broken);
        assertThat(narrowing.limit(8)).isEqualTo(8);

        narrowing.broke("b", narrowing.limit(8), broken);

        assertThat(narrowing.limit(8)).isEqualTo(4);
    }

    @Test
    void asksForMoreAgainAfterEachPageThatPassed() {
        Narrowing narrowing = new Narrowing();
        for (int i = 0; i < 4; i++) {
            narrowing.broke("here", narrowing.limit(5), broken);
        }
        assertThat(narrowing.isAlone()).isTrue();
        List<Integer> asked = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            narrowing.passed();
            asked.add(narrowing.limit(5));
        }

        assertThat(narrowing.isAlone()).isFalse();
        assertThat(asked).containsExactly(2, 4, 5, 5);
    }

    private static BrokenAnswerException brokenAnswer() {
        try (CouchDouble couch = CouchDouble.start();
                CouchClient client =
                        new CouchClient(CouchServer.builder(couch.url()).build())) {
            couch.create("orders");
            couch.script(Fault.truncateAfterBytes(1).on(Requests.any()));
            client.database("orders");
            throw new AssertionError("a cut answer was taken for a whole one");
        } catch (BrokenAnswerException e) {
            return e;
        } catch (PassingException e) {
            throw new AssertionError("expected a broken answer", e);
        }
    }
}
