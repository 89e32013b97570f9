// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.RejectException;
import io.couchmigrator.commcare.Transformation.Found;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BlobsOfDocumentTest {
    private final DocumentStage<BlobMeta> main = DocumentStages.of(SourceDatabase.MAIN, "main");

    @Nested
    class WhichDocumentsCount {
        @ParameterizedTest
        @ValueSource(strings = {"\"XFormInstance\"", "\"CommCareCase-deleted\"", "\"XFormInstance-Deleted\""})
        void thoseOfTheStagesTypes(String docType) {
            assertThat(main.condition().test(Documents.of("{\"doc_type\": " + docType + "}")))
                    .isTrue();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{\"doc_type\": null}",
                    "{\"doc_type\": 5}",
                    "{\"doc_type\": [\"XFormInstance\"]}",
                    "{\"doc_type\": \"xforminstance\"}",
                    "{\"doc_type\": \"CommCareCase-DELETED\"}",
                    "{\"doc_type\": \"Application\"}"
                })
        void noOthers(String json) {
            assertThat(main.condition().test(Documents.of(json))).isFalse();
        }
    }

    @Nested
    class Rows {
        @Test
        void oneOfEachBlob() {
            Transformation<BlobMeta> made = transform("""
                    {"doc_type": "XFormInstance", "domain": "demo", "external_blobs": {
                        "form.xml": {"id": "a.1", "content_type": "text/xml", "content_length": 12},
                        "": {"key": "k", "id": "ignored", "content_type": null, "content_length": null}}}
                    """);

            assertThat(made.rows())
                    .containsExactly(
                            new BlobMeta("demo", "id", "form.xml", "main/id/a.1", BlobKind.FORM, 12, "text/xml"),
                            new BlobMeta("demo", "id", "", "k", BlobKind.FORM, 0, null));
            assertThat(made.log()).isEmpty();
        }

        @Test
        void noneOfBlobsThatWereSavedBeforeWhateverTheyHold() {
            Transformation<BlobMeta> made = transform("""
                    {"doc_type": "XFormInstance", "domain": "demo", "external_blobs": {
                        "a": {"blobmeta_id": 5, "key": 7, "content_length": "x"},
                        "b": {"blobmeta_id": false, "key": ""},
                        "c": {"blobmeta_id": null, "key": "k"}}}
                    """);

            assertThat(made.rows()).extracting(BlobMeta::name).containsExactly("c");
        }

        @ParameterizedTest
        @ValueSource(strings = {"7", "\"7\"", "false", "{}"})
        void oneOfABlobThatWasSavedWithoutAKey(String blobMetaId) {
            Transformation<BlobMeta> made =
                    transform("{\"doc_type\": \"XFormInstance\", \"domain\": \"d\", \"external_blobs\": {"
                            + "\"a\": {\"blobmeta_id\": " + blobMetaId + ", \"id\": \"x\"},"
                            + "\"b\": {\"blobmeta_id\": " + blobMetaId + ", \"id\": \"y\", \"key\": null}}}");

            assertThat(made.rows()).extracting(BlobMeta::key).containsExactly("main/id/x", "main/id/y");
        }

        @Test
        void noneWithoutBlobsAndNothingElseIsLookedAt() {
            assertNothingElseIsLookedAt("{}");
        }

        @ParameterizedTest
        @ValueSource(strings = {"null", "{}", "[]", "\"\"", "false", "0", "-0", "0.0", "-0.00", "0e5", "0E-999999999"})
        void noneOfWhatTheApplicationTakesForNoBlobs(String externalBlobs) {
            assertNothingElseIsLookedAt("{\"external_blobs\": " + externalBlobs + "}");
        }

        private void assertNothingElseIsLookedAt(String json) {
            JsonObject fields = JsonParser.parseString(json).getAsJsonObject();
            fields.addProperty("doc_type", "XFormInstance");
            fields.addProperty("domain", 5);
            fields.add("_attachments", JsonParser.parseString("{\"a\": {}}"));

            Transformation<BlobMeta> made = Transformation.of(main, new Document("id", "1-a", fields), new Found());

            assertThat(made.rows()).isEmpty();
            assertThat(made.log()).isEmpty();
        }

        @ParameterizedTest
        @CsvSource({"0, 0", "-0, 0", "1.0, 1", "1e3, 1000", "9223372036854775807, 9223372036854775807"})
        void withEveryWayToWriteALength(String length, long expected) {
            Transformation<BlobMeta> made = transform("{\"doc_type\": \"XFormInstance\", \"domain\": \"d\","
                    + " \"external_blobs\": {\"f\": {\"key\": \"k\", \"content_length\": " + length + "}}}");

            assertThat(made.rows()).extracting(BlobMeta::contentLength).containsExactly(expected);
        }

        @Test
        void withAKeyOfTheirOwnForADocumentThatNoKeyCanBeMadeOf() {
            Document document = Documents.of(
                    Documents.HASHED_ID,
                    "{\"doc_type\": \"XFormInstance\", \"domain\": \"d\", " + Documents.ONE_BLOB + "}");

            assertThat(Transformation.of(main, document, new Found()).rows())
                    .extracting(BlobMeta::key)
                    .containsExactly("k");
        }
    }

    @Nested
    class Rejects {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "[{}]",
                    "[null]",
                    "[[]]",
                    "\"x\"",
                    "\" \"",
                    "\"0\"",
                    "true",
                    "5",
                    "-1",
                    "0.5",
                    "1e-5",
                    "1e999999999"
                })
        void malformedExternalBlobs(String externalBlobs) {
            assertRejected("malformed-external-blobs", "\"domain\": \"d\", \"external_blobs\": " + externalBlobs);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "null",
                    "[]",
                    "\"x\"",
                    "{\"id\": 5}",
                    "{\"key\": \"k\", \"id\": 5}",
                    "{\"key\": true}",
                    "{\"id\": \"x\", \"key\": {}}",
                    "{\"key\": \"k\", \"content_type\": 1}",
                    "{\"key\": \"k\", \"content_length\": \"1\"}",
                    "{\"key\": \"k\", \"content_length\": true}",
                    "{\"key\": \"k\", \"content_length\": -1}",
                    "{\"key\": \"k\", \"content_length\": 1.5}",
                    "{\"key\": \"k\", \"content_length\": 1e-999999999}"
                })
        void entriesOfAWrongType(String entry) {
            assertRejected("wrong-type", "\"domain\": \"d\", \"external_blobs\": {\"f\": " + entry + "}");
        }

        @ParameterizedTest
        @ValueSource(strings = {"5", "false", "[]", "{}"})
        void aDomainOfAWrongType(String domain) {
            assertRejected("wrong-type", "\"domain\": " + domain + ", " + Documents.ONE_BLOB);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "{}",
                    "{\"id\": null, \"key\": null}",
                    "{\"content_length\": 5}",
                    "{\"blobmeta_id\": 5}",
                    "{\"blobmeta_id\": 5, \"key\": null}"
                })
        void entriesWithoutAKey(String entry) {
            assertRejected("missing-key", "\"domain\": \"d\", \"external_blobs\": {\"f\": " + entry + "}");
        }

        @ParameterizedTest
        @ValueSource(strings = {"9223372036854775808", "1e19", "1e999999999", "1e99999999999999999999"})
        void lengthsThatNoColumnHolds(String length) {
            assertRejected(
                    "number-out-of-range",
                    "\"domain\": \"d\", \"external_blobs\": {\"f\": {\"key\": \"k\", \"content_length\": " + length
                            + "}}");
        }

        @Test
        void nothingOfADocumentOfWhichOneEntryIsAsItShouldBe() {
            assertRejected(
                    "missing-key",
                    "\"_attachments\": {\"a\": {}}, \"external_blobs\": {\"f\": {\"key\": \"k\"}, \"g\": {}}");
        }

        @Test
        void aDocumentWhoseIdLooksHashedWhereAKeyMustBeMade() {
            Document document = Documents.of(
                    Documents.HASHED_ID,
                    "{\"doc_type\": \"XFormInstance\", \"external_blobs\": {\"f\": {\"id\": \"x\"}}}");

            assertThatExceptionOfType(RejectException.class)
                    .isThrownBy(() -> Transformation.of(main, document, new Found()))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("illegal-doc-id"));
        }

        @Test
        void withAReasonThatNamesThePlaceAndNotTheValue() {
            assertThatExceptionOfType(RejectException.class)
                    .isThrownBy(() -> transform("{\"doc_type\": \"XFormInstance\", \"external_blobs\":"
                            + " {\"a\": {\"key\": \"k\"}, \"b\": {\"key\": \"k\", \"content_type\": 4711}}}"))
                    .withMessage("content_type of entry 2 of external_blobs is a number: expected a string");
        }

        private void assertRejected(String code, String fields) {
            assertThatExceptionOfType(RejectException.class)
                    .isThrownBy(() -> transform("{\"doc_type\": \"XFormInstance\", " + fields + "}"))
                    .satisfies(e -> assertThat(e.code()).isEqualTo(code));
        }
    }

    @Nested
    class Attachments {
        @Test
        void areLoggedAsReadAndTheRowsWrittenAllTheSame() {
            Transformation<BlobMeta> made = transform(
                    "{\"doc_type\": \"XFormError\", \"domain\": \"d\", \"_attachments\": {\"a\": {\"stub\": true}}, "
                            + Documents.ONE_BLOB + "}");

            assertThat(made.rows()).hasSize(1);
            assertThat(made.log()).containsExactly(Documents.json("""
                                    {"error": "ignored-couch-attachments", "doc_type": "XFormError", "doc_id": "id",
                                     "domain": "d", "attachments": {"a": {"stub": true}}}
                                    """));
        }

        @Test
        void areLoggedWithADomainOfNullIfItIsUnknown() {
            Transformation<BlobMeta> made = transform(
                    "{\"doc_type\": \"XFormError\", \"_attachments\": {\"a\": {}}, " + Documents.ONE_BLOB + "}");

            assertThat(made.errors()).containsExactly("unknown-domain", "ignored-couch-attachments");
            assertThat(made.log().get(1).get("domain").isJsonNull()).isTrue();
        }

        @Test
        void areLoggedWithTheDomainThatTheTypeAlwaysHas() {
            Transformation<BlobMeta> made = transform(
                    "{\"doc_type\": \"SavedBasicExport\", \"_attachments\": {\"a\": {}}, " + Documents.ONE_BLOB + "}");

            assertThat(made.log()).hasSize(1);
            assertThat(made.log().get(0).get("domain").getAsString()).isEqualTo("<unknown>");
        }

        @Test
        void areLoggedEvenIfNoRowResults() {
            Transformation<BlobMeta> made = transform("{\"doc_type\": \"XFormError\", \"_attachments\": {\"a\": {}},"
                    + " \"external_blobs\": {\"f\": {\"key\": \"k\", \"blobmeta_id\": 1}}}");

            assertThat(made.rows()).isEmpty();
            assertThat(made.errors()).containsExactly("unknown-domain", "ignored-couch-attachments");
        }

        @Test
        void areNotMentionedIfThereAreNone() {
            Transformation<BlobMeta> made =
                    transform("{\"doc_type\": \"XFormError\", \"domain\": \"d\", \"_attachments\": {}, "
                            + Documents.ONE_BLOB + "}");

            assertThat(made.log()).isEmpty();
        }
    }

    @Test
    void copesWithIdsThatNoTargetCouldHold() {
        for (String id : List.of("a\u0000b", "\ud83d")) {
            Document document = Documents.of(
                    id,
                    "{\"doc_type\": \"XFormInstance\", \"domain\": \"d\","
                            + " \"external_blobs\": {\"f\": {\"id\": \"x\"}}}");

            assertThat(Transformation.of(main, document, new Found()).rows())
                    .extracting(BlobMeta::parentId)
                    .containsExactly(id);
        }
    }

    private Transformation<BlobMeta> transform(String json) {
        return Transformation.of(main, Documents.of(json), new Found());
    }
}
