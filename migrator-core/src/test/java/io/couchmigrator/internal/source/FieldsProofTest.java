// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.CouchRow.State;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class FieldsProofTest {
    private final FieldsProof proof = new FieldsProof();

    @Test
    void isThatFourDocumentsHaveTheSameFields() {
        IntStream.range(0, 4).forEach(i -> compare("a" + i, "x", "x"));

        assertThat(proof.doubt()).isEmpty();
    }

    @Test
    void isNoneWithFewer() {
        IntStream.range(0, 3).forEach(i -> compare("a" + i, "x", "x"));

        assertThat(proof.doubt()).hasValue("3 documents were found to compare fields alone with, which takes 4");
        assertThat(proof.difference()).isEmpty();
    }

    /** What has none of the fields is like what was sent without them. */
    @Test
    void isNoneOfDocumentsWithoutAnyField() {
        IntStream.range(0, 16).forEach(i -> compare("a" + i, "", ""));

        assertThat(proof.doubt()).isPresent();
    }

    @Test
    void findsTheOneThatDiffers() {
        IntStream.range(0, 9).forEach(i -> compare("a" + i, "x", i == 5 ? "" : "x"));

        assertThat(proof.doubt()).hasValue("fields alone of \"a5\" are not those that it has");
        assertThat(proof.difference()).isPresent();
    }

    @Test
    void leavesOutWhatWasChangedInBetween() {
        proof.alone(row("a", "1-x", "x", 10));
        proof.whole(row("a", "2-x", "y", 10));

        assertThat(proof.difference()).isEmpty();
    }

    @Test
    void takesNoMoreThanSixteenAndNothingLarge() {
        proof.alone(row("large", "1-x", "x", 65_537));
        IntStream.range(0, 20).forEach(i -> proof.alone(row("a" + i, "1-x", "x", 10)));

        assertThat(proof.ids()).hasSize(16).doesNotContain("large");
    }

    private void compare(String id, String whole, String alone) {
        proof.alone(row(id, "1-x", alone, 10));
        proof.whole(row(id, "1-x", whole, 10));
    }

    private static CouchRow row(String id, String rev, String value, long bytes) {
        JsonObject fields = new JsonObject();
        if (!value.isEmpty()) {
            fields.addProperty("field", value);
        }
        return new CouchRow(id, rev, State.DOCUMENT, fields, Optional.empty(), bytes);
    }
}
