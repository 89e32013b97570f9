// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.Context;
import io.couchmigrator.Document;
import io.couchmigrator.Lookup;
import io.couchmigrator.RejectException;
import io.couchmigrator.SourceRow;
import io.couchmigrator.TableStage;
import java.util.List;
import java.util.Optional;

/** The stages that read SQL tables, each row of which owns one blob without a name. */
final class TableStages {
    private static final String NO_NAME = "";
    private static final Lookup<Long, String> UPLOAD_DOMAINS =
            Lookup.rows("case_importer_caseuploadrecord", "upload_file_meta_id", "domain");

    private TableStages() {}

    /** Returns the stage of files from which cases were imported. */
    static TableStage<BlobMeta> caseUploads() {
        String name = "CaseUploadFileMeta";
        return TableStage.<BlobMeta>builder(name)
                .table("case_importer_caseuploadfilemeta")
                .columns("identifier", "length")
                .lookup(UPLOAD_DOMAINS, row -> List.of(row.id()))
                .transform((row, context) -> {
                    String key = key(row, "identifier");
                    long length = length(row, "length");
                    String domain = known(context.find(UPLOAD_DOMAINS, row.id()), name, row, context);
                    return List.of(new BlobMeta(domain, domain, NO_NAME, key, BlobKind.CASE_UPLOAD, length, null));
                })
                .upsert(BlobMeta.upsert())
                .build();
    }

    /** Returns the stage of what demonstration users start from; whose those are, their documents say. */
    static TableStage<BlobMeta> demoUserRestores(String usersDatabase) {
        String name = "DemoUserRestore";
        Lookup<String, Document> users = Lookup.documents(usersDatabase, "domain");
        return TableStage.<BlobMeta>builder(name)
                .table("ota_demouserrestore")
                .columns("demo_user_id", "restore_blob_id", "content_length")
                .lookup(users, row -> user(row).stream().toList())
                .transform((row, context) -> {
                    String key = key(row, "restore_blob_id");
                    long length = length(row, "content_length");
                    Optional<String> user = user(row);
                    Optional<String> found = user.flatMap(id -> context.find(users, id))
                            .flatMap(document -> Json.text(document.field("domain"), "domain of the demo user"));
                    String domain = known(found, name, row, context);
                    return List.of(new BlobMeta(
                            domain, user.orElse(name), NO_NAME, key, BlobKind.DEMO_USER_RESTORE, length, "text/xml"));
                })
                .upsert(BlobMeta.upsert())
                .build();
    }

    /** Returns the stage of files that only some installations have. */
    static TableStage<BlobMeta> icdsFiles() {
        String name = "IcdsFile";
        return TableStage.<BlobMeta>builder(name)
                .table("icds_reports_icdsfile")
                .columns("blob_id")
                .optional(true)
                .transform((row, context) -> List.of(
                        new BlobMeta("icds-cas", name, NO_NAME, key(row, "blob_id"), BlobKind.ICDS_FILE, 0, null)))
                .upsert(BlobMeta.upsert())
                .build();
    }

    private static String key(SourceRow row, String column) {
        return row.text(column)
                .orElseThrow(() -> new RejectException("missing-key", "column " + column + " is null: expected a key"));
    }

    private static long length(SourceRow row, String column) {
        return row.text(column)
                .map(text -> ContentLength.of(text, "column " + column))
                .orElse(0L);
    }

    private static Optional<String> user(SourceRow row) {
        return row.text("demo_user_id").filter(id -> !id.isEmpty());
    }

    private static String known(Optional<String> domain, String stage, SourceRow row, Context context) {
        if (domain.isEmpty()) {
            context.log(LogEntry.unknownDomain(stage, new JsonPrimitive(row.id())));
        }
        return domain.orElse(DomainRule.UNKNOWN);
    }
}
