// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.CouchRow.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class FieldsOfPageTest {
    private final List<String> rows = new ArrayList<>();

    @Test
    void passesOnWhatCameInTheOrderOfThePage() {
        assertThat(page(ids("a", "b", "c"), "a", "b", "c")).isEqualTo(3);
        assertThat(rows).containsExactly("a DOCUMENT", "b DOCUMENT", "c DOCUMENT");
    }

    @Test
    void saysOfWhatDidNotComeThatItWasNotRead() {
        assertThat(page(ids("a", "b", "c", "d"), "b")).isEqualTo(1);
        assertThat(rows).containsExactly("a UNREADABLE", "b DOCUMENT", "c UNREADABLE", "d UNREADABLE");
    }

    @Test
    void leavesOutWhatThePageHasNot() {
        assertThat(page(ids("a", "c"), "a", "b", "c", "d")).isEqualTo(2);
        assertThat(rows).containsExactly("a DOCUMENT", "c DOCUMENT");
    }

    @Test
    void takesNoOtherRevision() {
        FieldsOfPage page = new FieldsOfPage(ids("a"), this::keep);
        page.take(row("a", "2-x", State.DOCUMENT));

        assertThat(page.end()).isZero();
        assertThat(rows).containsExactly("a UNREADABLE");
    }

    @Test
    void takesNothingTwiceNorOutOfOrder() {
        assertThat(page(ids("a", "b", "c"), "b", "b", "a", "c")).isEqualTo(2);
        assertThat(rows).containsExactly("a UNREADABLE", "b DOCUMENT", "c DOCUMENT");
    }

    /** Whoever reads the page is to see that. */
    @Test
    void leavesAnIdThatThePageHasTwiceThere() {
        page(ids("a", "a", "b"), "a", "b");

        assertThat(rows).containsExactly("a DOCUMENT", "a UNREADABLE", "b DOCUMENT");
    }

    @Test
    void leavesWhatThePageSaysOfWhatIsNotThere() {
        FieldsOfPage page = new FieldsOfPage(List.of(row("a", "1-x", State.DELETED)), this::keep);
        page.end();

        assertThat(rows).containsExactly("a DELETED");
    }

    private long page(List<CouchRow> ids, String... came) {
        FieldsOfPage page = new FieldsOfPage(ids, this::keep);
        Stream.of(came).forEach(id -> page.take(row(id, "1-x", State.DOCUMENT)));
        return page.end();
    }

    private void keep(CouchRow row) {
        rows.add(row.id() + " " + row.state());
    }

    private static List<CouchRow> ids(String... ids) {
        return Stream.of(ids).map(id -> row(id, "1-x", State.NOT_ASKED)).toList();
    }

    private static CouchRow row(String id, String rev, State state) {
        return new CouchRow(id, rev, state, new JsonObject(), Optional.empty(), 0);
    }
}
