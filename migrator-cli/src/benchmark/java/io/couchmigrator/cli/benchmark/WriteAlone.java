// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import io.couchmigrator.Change;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Upserts;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writes the rows of all documents through the library's own writer, as workers do, without a source or a checkpoint. */
final class WriteAlone<R> {
    private final Subject<R> subject;
    private final List<String> ids;
    private final int connections;
    private final int batch;

    /** @param ids those of all documents, in order */
    WriteAlone(Subject<R> subject, List<String> ids, Options options) {
        this.subject = subject;
        this.ids = ids;
        this.connections = options.workers();
        this.batch = options.chunkSize();
    }

    void write(TestDatabase target) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            List<Future<?>> writing = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                List<String> part = ids.subList(
                        (int) ((long) ids.size() * i / connections), (int) ((long) ids.size() * (i + 1) / connections));
                writing.add(threads.submit(() -> {
                    write(part, target);
                    return null;
                }));
            }
            for (Future<?> writer : writing) {
                writer.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void write(List<String> part, TestDatabase target) throws SQLException {
        try (Connection connection = target.dataSource().getConnection()) {
            connection.setAutoCommit(false);
            Writer<R> writer = Upserts.prepared(connection, subject.destination());
            for (int from = 0; from < part.size(); from += batch) {
                List<Change<R>> changes = part.subList(from, Math.min(part.size(), from + batch)).stream()
                        .map(subject.change())
                        .toList();
                writer.write(connection, changes);
                connection.commit();
            }
        }
    }
}
