// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.internal.couch.HostileDocument;
import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDatabase;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A stage that reads the whole text of each document. */
@ExtendWith(MigratorExtension.class)
final class DocumentTextIT {
    @TempDir
    private Path logs;

    private final Recorder recorder = new Recorder();

    @Test
    void readsTheTextOfAnyDocumentAsItWasSent(CouchDouble couch, TestDatabase database) throws SQLException {
        List<HostileDocument> documents = HostileDocument.all();
        CouchDatabase hostile = create(couch, database);
        documents.subList(0, 8).forEach(document -> hostile.putRaw(document.id(), document.bytes()));
        run(couch, database);
        documents.subList(8, documents.size()).forEach(document -> hostile.putRaw(document.id(), document.bytes()));

        Result second = run(couch, database);

        assertThat(second.outcome()).isEqualTo(Outcome.COMPLETE);
        for (HostileDocument document : documents) {
            List<String> written = database.query("select body from texts where id = '" + document.id() + "'");
            assertThat(written.equals(List.of(document.json())))
                    .as(document.id())
                    .isTrue();
        }
    }

    @Test
    void rejectsADocumentThatIsNotUtf8AndReadsAllOthers(CouchDouble couch, TestDatabase database) throws SQLException {
        CouchDatabase hostile = create(couch, database);
        hostile.load(Orders.between(0, 20));
        hostile.putRaw(
                "o00007",
                "{\"_id\":\"o00007\",\"_rev\":\"1-a\",\"s\":\"\u00ed\u00a0\u0080\"}"
                        .getBytes(StandardCharsets.ISO_8859_1));

        Result result = run(couch, database);

        assertThat(result.outcome()).isEqualTo(Outcome.REJECTS_OUTSTANDING);
        assertThat(recorder.lines()).contains("rejected hostile o00007 unreadable");
        assertThat(database.query("select count(*) from texts where body like '{\"_id\":\"o%'"))
                .containsExactly("19");
    }

    private static CouchDatabase create(CouchDouble couch, TestDatabase database) throws SQLException {
        database.execute("create table texts (id text primary key, body text not null)");
        return couch.create("hostile");
    }

    private Result run(CouchDouble couch, TestDatabase database) {
        DocumentStage<Document> texts = DocumentStage.<Document>builder("hostile")
                .text()
                .transform((document, context) -> List.of(document))
                .upsert(Upsert.<Document>into("texts")
                        .key("id", Document::id)
                        .text("body", Document::text)
                        .build())
                .build();
        return Orders.migrator(Orders.migration(texts), couch, database, logs)
                .listener(recorder)
                .build()
                .run();
    }
}
