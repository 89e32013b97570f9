// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.RejectException;
import io.couchmigrator.commcare.Transformation.Found;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DomainRuleTest {
    private final DocumentStage<BlobMeta> main = DocumentStages.of(SourceDatabase.MAIN, "main");
    private final DocumentStage<BlobMeta> domains = DocumentStages.of(SourceDatabase.DOMAINS, "main");

    @Nested
    class OfDocuments {
        @ParameterizedTest
        @CsvSource({
            "CommCareAudio, <shared>, MULTIMEDIA",
            "CommCareBuild, <shared>, BUILD",
            "SavedBasicExport, <unknown>, BASIC_EXPORT",
            "CommCareCase, own, CASE",
            "HQSubmission, own, FORM"
        })
        void followTheType(String docType, String domain, BlobKind kind) {
            Transformation<BlobMeta> made =
                    transform("{\"doc_type\": \"" + docType + "\", \"domain\": \"own\", " + Documents.ONE_BLOB + "}");

            assertThat(made.rows()).containsExactly(new BlobMeta(domain, "id", "f", "k", kind, 0, null));
            assertThat(made.log()).isEmpty();
        }

        @Test
        void areNotLookedAtWhereTheTypeHasAnother() {
            Transformation<BlobMeta> made =
                    transform("{\"doc_type\": \"CommCareAudio\", \"domain\": 5, " + Documents.ONE_BLOB + "}");

            assertThat(made.rows()).extracting(BlobMeta::domain).containsExactly("<shared>");
        }

        @ParameterizedTest
        @CsvSource({
            "'\"name\": \"by name\"', by name",
            "'\"name\": \"by name\", \"domain\": null', by name",
            "'\"name\": \"by name\", \"domain\": \"by domain\"', by domain",
            "'\"name\": 5, \"domain\": \"by domain\"', by domain",
            "'\"name\": \"by name\", \"domain\": \"\"', ''",
        })
        void ofADomainAreItsOwnElseItsName(String fields, String domain) {
            Transformation<BlobMeta> made = domain(fields);

            assertThat(made.rows()).containsExactly(new BlobMeta(domain, "id", "f", "k", BlobKind.DOMAIN, 0, null));
            assertThat(made.log()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"domain\": null", "\"domain\": null, \"name\": null"})
        void ofADomainWithNeitherAreUnknownAndLogged(String fields) {
            Transformation<BlobMeta> made = domain(fields);

            assertThat(made.rows()).extracting(BlobMeta::domain).containsExactly("<unknown>");
            assertThat(made.errors()).containsExactly("unknown-domain");
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"name\": \"by name\", \"domain\": 5", "\"name\": 5"})
        void ofADomainThatAreNoTextAreRejected(String fields) {
            assertThatExceptionOfType(RejectException.class)
                    .isThrownBy(() -> domain(fields))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("wrong-type"));
        }

        private Transformation<BlobMeta> domain(String fields) {
            Document document = Documents.of("{\"doc_type\": \"Domain\", " + fields + ", " + Documents.ONE_BLOB + "}");
            return Transformation.of(domains, document, new Found());
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "\"domain\": null, "})
        void thatAreMissingAreUnknownAndLogged(String domain) {
            Transformation<BlobMeta> made =
                    transform("{\"doc_type\": \"XFormError\", " + domain + Documents.ONE_BLOB + "}");

            assertThat(made.rows()).extracting(BlobMeta::domain).containsExactly("<unknown>");
            assertThat(made.log())
                    .containsExactly(Documents.json(
                            "{\"error\": \"unknown-domain\", \"doc_type\": \"XFormError\", \"doc_id\": \"id\"}"));
        }

        @Test
        void thatAreMissingAreLoggedEvenIfNoRowResults() {
            Transformation<BlobMeta> made = transform(
                    "{\"doc_type\": \"XFormError\", \"external_blobs\": {\"f\": {\"key\": \"k\", \"blobmeta_id\": 1}}}");

            assertThat(made.rows()).isEmpty();
            assertThat(made.errors()).containsExactly("unknown-domain");
        }

        @Test
        void thatAreEmptyAreDomains() {
            Transformation<BlobMeta> made =
                    transform("{\"doc_type\": \"XFormError\", \"domain\": \"\", " + Documents.ONE_BLOB + "}");

            assertThat(made.rows()).extracting(BlobMeta::domain).containsExactly("");
            assertThat(made.log()).isEmpty();
        }
    }

    @Nested
    class OfInvoices {
        private final Found invoices =
                new Found().with(WireInvoice.DOMAINS, 12L, "wire").with(WireInvoice.DOMAINS, -3L, "below zero");

        @ParameterizedTest
        @CsvSource({
            "'\"12\"', wire",
            "'\" +12\\n\"', wire",
            "'\"0012\"', wire",
            "12, wire",
            "12.0, wire",
            "-3, below zero"
        })
        void haveTheDomainOfTheirWireInvoice(String id, String domain) {
            Transformation<BlobMeta> made = invoice("true", id);

            assertThat(made.rows()).containsExactly(new BlobMeta(domain, "id", "f", "k", BlobKind.INVOICE, 0, null));
            assertThat(made.log()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"13\"",
                    "\"\"",
                    "\"twelve\"",
                    "\"1e1\"",
                    "\"12.0\"",
                    "12.5",
                    "null",
                    "true",
                    "[12]",
                    "{}",
                    "2147483648",
                    "\"9223372036854775807\"",
                    "99999999999999999999",
                    "1e999999999"
                })
        void areUnknownAndLoggedIfThereIsNoSuchInvoice(String id) {
            Transformation<BlobMeta> made = invoice("true", id);

            assertThat(made.rows()).extracting(BlobMeta::domain).containsExactly("<unknown>");
            assertThat(made.errors()).containsExactly("unknown-domain");
        }

        @ParameterizedTest
        @ValueSource(strings = {"1", "-1", "0.1", "\"true\"", "\"false\"", "\" \"", "[false]", "{\"a\": null}"})
        void areOfAWireInvoiceWhereTheApplicationTakesThemForOne(String wire) {
            Transformation<BlobMeta> made = invoice(wire, "12");

            assertThat(made.rows()).extracting(BlobMeta::domain).containsExactly("wire");
        }

        @ParameterizedTest
        @ValueSource(strings = {"false", "null", "0", "0.0", "-0e5", "\"\"", "[]", "{}"})
        void areUnknownWithoutComplaintIfTheyAreOfNoWireInvoice(String wire) {
            Transformation<BlobMeta> made = invoice(wire, "12");

            assertThat(made.rows()).extracting(BlobMeta::domain).containsExactly("<unknown>");
            assertThat(made.log()).isEmpty();
        }

        @Test
        void areUnknownWithoutComplaintIfTheyDoNotSayOfWhichTheyAre() {
            Document document =
                    Documents.of("{\"doc_type\": \"InvoicePdf\", \"invoice_id\": 12, " + Documents.ONE_BLOB + "}");

            assertThat(Transformation.of(main, document, invoices).log()).isEmpty();
        }

        private Transformation<BlobMeta> invoice(String wire, String id) {
            Document document = Documents.of("{\"doc_type\": \"InvoicePdf\", \"is_wire\": " + wire
                    + ", \"invoice_id\": " + id + ", " + Documents.ONE_BLOB + "}");
            return Transformation.of(main, document, invoices);
        }
    }

    private Transformation<BlobMeta> transform(String json) {
        return Transformation.of(main, Documents.of(json), new Found());
    }
}
