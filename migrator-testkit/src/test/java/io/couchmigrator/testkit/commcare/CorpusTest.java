// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.RemoteDatabases;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CorpusTest {
    @Test
    void holdsWhatItsSummarySays() {
        Corpus corpus = Corpus.load();

        assertThat(corpus.databases())
                .containsOnlyKeys(
                        "commcarehq",
                        "commcarehq__apps",
                        "commcarehq__domains",
                        "commcarehq__meta",
                        "commcarehq__users");
        assertThat(corpus.databases().get("commcarehq")).hasSize(279);
        assertThat(corpus.rows()).hasSize(745).extracting(ExpectedRow::key).doesNotHaveDuplicates();
        assertThat(corpus.log()).hasSize(27);
        assertThat(corpus.log("DemoUserRestore")).hasSize(2);
    }

    @Test
    void carriesAnotherMainDatabaseIntoKeysAndStages() {
        Corpus corpus = Corpus.load("migrator_test_x");

        assertThat(corpus.databases()).containsKey("migrator_test_x__apps").hasSize(5);
        assertThat(corpus.rows())
                .extracting(ExpectedRow::key)
                .noneMatch(key -> key.startsWith("commcarehq"))
                .anyMatch(key -> key.startsWith("migrator_test_x/"))
                .anyMatch(key -> key.startsWith("migrator_test_x__domains/"));
        assertThat(corpus.log("migrator_test_x__domains")).hasSize(2);
    }

    @Test
    void loadsADouble() {
        try (CouchDouble couch = CouchDouble.start()) {
            Corpus.load().loadInto(couch);

            assertThat(couch.database("commcarehq").count()).isEqualTo(279);
            assertThat(couch.database("commcarehq__users").count()).isEqualTo(20);
        }
    }

    @Test
    void loadsAServerOverHttpAndLeavesNothingBehind() throws IOException {
        Corpus corpus = Corpus.load("migrator_test_corpus");
        try (CouchDouble couch =
                CouchDouble.builder().credentials("admin", "secret").start()) {
            couch.create("bystander");
            URI server = URI.create(couch.url().replace("://", "://admin:secret@"));

            try (RemoteDatabases remote = corpus.loadInto(server)) {
                remote.put(
                        "migrator_test_corpus__users",
                        List.of(JsonParser.parseString("{\"_id\":\"one more\"}").getAsJsonObject()));
                assertThat(couch.database("migrator_test_corpus").count()).isEqualTo(279);
                assertThat(couch.database("migrator_test_corpus__users").count())
                        .isEqualTo(21);
            }

            assertThat(couch.database("bystander").count()).isZero();
            assertThatIllegalArgumentException().isThrownBy(() -> couch.database("migrator_test_corpus"));
        }
    }

    @Test
    void deletesWhatItCreatedWhenTheServerRefuses() {
        try (CouchDouble couch = CouchDouble.start()) {
            couch.create("migrator_test_corpus__meta");

            assertThatIOException()
                    .isThrownBy(() -> Corpus.load("migrator_test_corpus").loadInto(URI.create(couch.url())))
                    .withMessageContaining("412");
            assertThatIllegalArgumentException().isThrownBy(() -> couch.database("migrator_test_corpus"));
        }
    }

    @Test
    void refusesToTouchOtherDatabasesOfAServer() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Corpus.load().loadInto(URI.create("http://localhost:1")))
                .withMessageContaining("migrator_test_");
    }

    @Test
    void comparesLogEntriesByTheNamesOfTheirAttachments() {
        JsonObject line = JsonParser.parseString("{\"error\":\"ignored-couch-attachments\",\"doc_type\":\"Domain\","
                        + "\"doc_id\":\"d\",\"domain\":null,\"attachments\":{\"b\":{\"stub\":true},\"a\":{}}}")
                .getAsJsonObject();
        JsonObject expected = line.deepCopy();
        JsonArray names = new JsonArray();
        names.add("a");
        names.add("b");
        expected.add("attachments", names);

        assertThat(ExpectedLogEntry.of(line)).isEqualTo(ExpectedLogEntry.of(expected));
    }

    @Test
    void tellsARowsIdFromADocumentsId() {
        JsonObject row = JsonParser.parseString("{\"error\":\"unknown-domain\",\"doc_type\":\"IcdsFile\",\"doc_id\":5}")
                .getAsJsonObject();

        assertThat(ExpectedLogEntry.of(row))
                .isEqualTo(new ExpectedLogEntry("unknown-domain", "IcdsFile", "5", null, Set.of()));
    }
}
