// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.couchmigrator.Document;
import io.couchmigrator.Lookup;
import io.couchmigrator.RejectException;
import io.couchmigrator.SourceRow;
import io.couchmigrator.TableStage;
import io.couchmigrator.commcare.Transformation.Found;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TableStagesTest {
    @Nested
    class CaseUploads {
        private static final Lookup<Long, String> DOMAINS =
                Lookup.rows("case_importer_caseuploadrecord", "upload_file_meta_id", "domain");

        private final TableStage<BlobMeta> stage = TableStages.caseUploads();

        @Test
        void areOwnedByTheirDomain() {
            SourceRow row = row("identifier", "k", "length", 5);

            Transformation<BlobMeta> made = Transformation.of(stage, row, new Found().with(DOMAINS, 7L, "demo"));

            assertThat(made.rows())
                    .containsExactly(new BlobMeta("demo", "demo", "", "k", BlobKind.CASE_UPLOAD, 5, null));
            assertThat(made.log()).isEmpty();
        }

        @Test
        void areOwnedByNobodyIfNoDomainIsKnown() {
            SourceRow row = row("identifier", "k", "length", null);

            Transformation<BlobMeta> made = Transformation.of(stage, row, new Found());

            assertThat(made.rows())
                    .containsExactly(new BlobMeta("<unknown>", "<unknown>", "", "k", BlobKind.CASE_UPLOAD, 0, null));
            assertThat(made.log())
                    .containsExactly(Documents.json(
                            "{\"error\": \"unknown-domain\", \"doc_type\": \"CaseUploadFileMeta\", \"doc_id\": 7}"));
        }

        @Test
        void mayBelongToADomainWithoutLetters() {
            SourceRow row = row("identifier", "k", "length", 0);

            Transformation<BlobMeta> made = Transformation.of(stage, row, new Found().with(DOMAINS, 7L, ""));

            assertThat(made.rows()).extracting(BlobMeta::parentId).containsExactly("");
            assertThat(made.log()).isEmpty();
        }

        @Test
        void areRejectedWithoutAKey() {
            assertRejected(stage, "missing-key", row("identifier", null, "length", 5));
        }

        @Test
        void areRejectedIfTheirLengthIsNone() {
            assertRejected(stage, "wrong-type", row("identifier", "k", "length", -1));
            assertRejected(stage, "wrong-type", row("identifier", "k", "length", new BigDecimal("1.5")));
            assertRejected(stage, "wrong-type", row("identifier", "k", "length", "five"));
            assertRejected(stage, "number-out-of-range", row("identifier", "k", "length", new BigDecimal("1e30")));
        }
    }

    @Nested
    class DemoUserRestores {
        private static final Lookup<String, Document> USERS = Lookup.documents("main__users", "domain");

        private final TableStage<BlobMeta> stage = TableStages.demoUserRestores("main__users");

        @Test
        void haveTheDomainOfTheirUser() {
            SourceRow row = row("demo_user_id", "u", "restore_blob_id", "k", "content_length", 5);

            Transformation<BlobMeta> made = Transformation.of(stage, row, user("{\"domain\": \"demo\"}"));

            assertThat(made.rows())
                    .containsExactly(new BlobMeta("demo", "u", "", "k", BlobKind.DEMO_USER_RESTORE, 5, "text/xml"));
            assertThat(made.log()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "{\"domain\": null}"})
        void areUnknownIfTheUserHasNoDomain(String user) {
            SourceRow row = row("demo_user_id", "u", "restore_blob_id", "k", "content_length", null);

            Transformation<BlobMeta> made = Transformation.of(stage, row, user(user));

            assertThat(made.rows())
                    .containsExactly(
                            new BlobMeta("<unknown>", "u", "", "k", BlobKind.DEMO_USER_RESTORE, 0, "text/xml"));
            assertThat(made.log())
                    .containsExactly(Documents.json(
                            "{\"error\": \"unknown-domain\", \"doc_type\": \"DemoUserRestore\", \"doc_id\": 7}"));
        }

        @Test
        void areUnknownIfTheUserIsGone() {
            SourceRow row = row("demo_user_id", "u", "restore_blob_id", "k", "content_length", 0);

            assertThat(Transformation.of(stage, row, new Found()).errors()).containsExactly("unknown-domain");
        }

        @Test
        void areOwnedByTheStageWithoutAUser() {
            for (String user : new @Nullable String[] {null, ""}) {
                SourceRow row = row("demo_user_id", user, "restore_blob_id", "k", "content_length", 0);

                Transformation<BlobMeta> made = Transformation.of(stage, row, new Found());

                assertThat(made.rows()).extracting(BlobMeta::parentId).containsExactly("DemoUserRestore");
                assertThat(made.errors()).containsExactly("unknown-domain");
            }
        }

        @Test
        void areRejectedIfTheUsersDomainIsNoString() {
            SourceRow row = row("demo_user_id", "u", "restore_blob_id", "k", "content_length", 0);

            assertThatExceptionOfType(RejectException.class)
                    .isThrownBy(() -> Transformation.of(stage, row, user("{\"domain\": 5}")))
                    .satisfies(e -> assertThat(e.code()).isEqualTo("wrong-type"));
        }

        @Test
        void areRejectedWithoutAKey() {
            assertRejected(
                    stage, "missing-key", row("demo_user_id", null, "restore_blob_id", null, "content_length", 0));
        }

        private static Found user(String fields) {
            return new Found().with(USERS, "u", Documents.of("u", fields));
        }
    }

    @Nested
    class IcdsFiles {
        private final TableStage<BlobMeta> stage = TableStages.icdsFiles();

        @Test
        void areAllAlike() {
            Transformation<BlobMeta> made = Transformation.of(stage, row("blob_id", "k"), new Found());

            assertThat(made.rows())
                    .containsExactly(new BlobMeta("icds-cas", "IcdsFile", "", "k", BlobKind.ICDS_FILE, 0, null));
            assertThat(made.log()).isEmpty();
        }

        @Test
        void areRejectedWithoutAKey() {
            assertRejected(stage, "missing-key", row("blob_id", null));
        }
    }

    private static void assertRejected(TableStage<BlobMeta> stage, String code, SourceRow row) {
        assertThatExceptionOfType(RejectException.class)
                .isThrownBy(() -> Transformation.of(stage, row, new Found()))
                .satisfies(e -> assertThat(e.code()).isEqualTo(code));
    }

    private static SourceRow row(@Nullable Object... columnsAndValues) {
        Map<String, @Nullable Object> values = new HashMap<>();
        List<@Nullable Object> pairs = Arrays.asList(columnsAndValues);
        for (int i = 0; i < pairs.size(); i += 2) {
            values.put(String.valueOf(pairs.get(i)), pairs.get(i + 1));
        }
        return SourceRows.of(7, values);
    }
}
