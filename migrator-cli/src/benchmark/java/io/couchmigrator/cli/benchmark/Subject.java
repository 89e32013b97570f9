// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.Change;
import io.couchmigrator.Destination;
import io.couchmigrator.testkit.commcare.BlobSchema;
import io.couchmigrator.testkit.postgres.Tables;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/**
 * A migration that is measured, and what must come of it.
 *
 * @param <R> the type of its rows
 * @param words what {@code migrator} is to do
 * @param tables those that it needs, the one that it writes first
 * @param destination where its rows go
 * @param change returns what the document of an id asks for
 * @param seen asks for what came of it, a row costing no more than one value of a sequence
 * @param expected what that is to be
 */
record Subject<R>(
        List<String> words,
        List<Tables> tables,
        Destination<R> destination,
        Function<String, Change<R>> change,
        String seen,
        String expected) {
    /** The metadata of the blobs of these documents. */
    static Subject<BlobRow> blobs(Documents documents) {
        return new Subject<>(
                List.of("run_blob_migration", "migrate_metadata"),
                List.of(BlobSchema.TARGET, BlobSchema.SOURCES),
                BlobRow.upsert(),
                id -> documents.row(id).change(),
                "select greatest(count(*), (select last_value from blobs_blobmeta_id_seq)) || '|' || coalesce(sum(content_length), 0) from blobs_blobmeta",
                expected(documents));
    }

    /** These documents as they are. */
    static Subject<CopiedDocument> documents(Documents documents) {
        return new Subject<>(
                List.of("run", "documents"),
                List.of(CopiedDocument.TABLE),
                CopiedDocument.owned(),
                id -> documents.copied(id).change(),
                "select count(*) || '|' || coalesce(sum((doc #>> '{external_blobs,form.xml,content_length}')::bigint), 0) from documents",
                expected(documents));
    }

    /**
     * Fails unless the rows are those that must come of it.
     *
     * @param targets the databases that they are in
     * @param writer who wrote them
     */
    void requireRows(List<TestDatabase> targets, String writer) throws SQLException, IOException {
        long rows = 0;
        long blobs = 0;
        for (TestDatabase target : targets) {
            String its = target.query(seen).get(0);
            rows += Long.parseLong(its.substring(0, its.indexOf('|')));
            blobs += Long.parseLong(its.substring(its.indexOf('|') + 1));
        }
        String all = "%d|%d".formatted(rows, blobs);
        if (!all.equals(expected)) {
            throw new IOException(
                    "wrong rows by %s: seen %s rows|bytes of blobs, expected %s".formatted(writer, all, expected));
        }
    }

    private static String expected(Documents documents) {
        long bytes = documents.ids().stream()
                .mapToLong(id -> documents.row(id).contentLength())
                .sum();
        return "%d|%d".formatted(documents.count(), bytes);
    }
}
