// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.CompletionTable;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Lookup;
import io.couchmigrator.Migration;
import io.couchmigrator.Stage;
import io.couchmigrator.TableStage;
import io.couchmigrator.Upsert;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BlobMetadataTest {
    private final Migration migration = BlobMetadata.migration("commcarehq");

    @Test
    void hasSevenStagesInTheirOrder() {
        assertThat(migration.slug()).isEqualTo("migrate_metadata");
        assertThat(migration.stages())
                .extracting(stage -> stage.name())
                .containsExactly(
                        "commcarehq",
                        "commcarehq__apps",
                        "commcarehq__domains",
                        "commcarehq__meta",
                        "CaseUploadFileMeta",
                        "DemoUserRestore",
                        "IcdsFile");
        assertThat(migration.completion())
                .contains(new CompletionTable("blobs_blobmigrationstate", "slug", "timestamp"));
    }

    @Test
    void namesTheTypesThatCount() {
        assertThat(migration.stages())
                .extracting(stage -> stage.description())
                .containsExactly(
                        "CommCareAudio, CommCareBuild, CommCareCase, CommCareCase-Deleted,"
                                + " CommCareCase-Deleted-Deleted, CommCareCase-deleted, CommCareImage,"
                                + " CommCareMultimedia, CommCareVideo, HQSubmission, InvoicePdf, SavedBasicExport,"
                                + " SubmissionErrorLog, XFormArchived, XFormDeprecated, XFormDuplicate, XFormError,"
                                + " XFormInstance, XFormInstance-Deleted",
                        "Application, Application-Deleted, LinkedApplication, RemoteApp, RemoteApp-Deleted,"
                                + " SavedAppBuild",
                        "Domain",
                        "CaseExportInstance, FormExportInstance, SMSExportInstance",
                        "CaseUploadFileMeta",
                        "DemoUserRestore",
                        "IcdsFile");
    }

    @Test
    void readsOnlyTheFieldsItNeeds() {
        assertThat(documentStage(0).fields())
                .containsExactlyInAnyOrder(
                        "_attachments", "doc_type", "domain", "external_blobs", "invoice_id", "is_wire");
        assertThat(documentStage(2).fields())
                .containsExactlyInAnyOrder("_attachments", "doc_type", "domain", "external_blobs", "name");
    }

    @Test
    void looksUpInvoicesAndUsersOnlyWhereTheyMatter() {
        assertThat(migration.stages())
                .extracting(stage -> lookups(stage).size())
                .containsExactly(1, 0, 0, 0, 1, 1, 0);
    }

    @Test
    void carriesTheMainDatabasesNameIntoTheOthers() {
        List<Stage<?, ?>> stages = BlobMetadata.migration("other").stages();

        assertThat(stages.get(3).name()).isEqualTo("other__meta");
        assertThat(lookups(stages.get(5)).get(0).lookup().toString()).contains("other__users");
    }

    @Test
    void mayDoWithoutOneTable() {
        assertThat(migration.stages())
                .filteredOn(stage -> stage instanceof TableStage<?> table && table.optional())
                .extracting(stage -> stage.name())
                .containsExactly("IcdsFile");
    }

    @Test
    void writesEveryColumnThatIsNotLeftNull() {
        assertThat(migration.stages()).allSatisfy(stage -> {
            Upsert<?> upsert = (Upsert<?>) stage.destination();
            assertThat(upsert.table()).hasToString("blobs_blobmeta");
            assertThat(upsert.columns())
                    .extracting(column -> column.name())
                    .containsExactlyInAnyOrder(
                            "key", "domain", "parent_id", "name", "type_code", "content_length", "content_type");
            assertThat(upsert.expressions())
                    .extracting(expression -> expression.column())
                    .containsExactly("created_on");
        });
    }

    private DocumentStage<?> documentStage(int index) {
        return (DocumentStage<?>) migration.stages().get(index);
    }

    private static List<? extends Lookup.Keys<?>> lookups(Stage<?, ?> stage) {
        return stage.lookups();
    }
}
