// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import static org.jooq.impl.DSL.using;

import io.couchmigrator.Change;
import io.couchmigrator.Destination;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.postgres.Upserts;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jooq.BatchBindStep;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Ways to write a batch of documents as they are: rows that differ are changed, and rows that are the same are not touched. */
final class CopyWays {
    private static final String MERGED =
            "on conflict (id) do update set rev = excluded.rev, doc = excluded.doc where row(d.rev, d.doc)::record *<> row(excluded.rev, excluded.doc)::record";

    private CopyWays() {}

    static List<WriteWay<CopiedDocument>> all() {
        return List.of(
                new Batch(),
                new Library("arrays, update then insert", () -> CopiedDocument.owned()
                        .rows()),
                new Temporary(),
                new Library("COPY between rows: the library", CopiedDocument::owned));
    }

    /** One statement a row, prepared once, sent together. */
    private record Batch() implements WriteWay<CopiedDocument> {
        @Override
        public String title() {
            return "batch of INSERT … ON CONFLICT";
        }

        @Override
        public void write(Connection connection, List<Change<CopiedDocument>> changes) {
            BatchBindStep batch = using(connection, SQLDialect.POSTGRES)
                    .batch("insert into documents as d values (?, ?, ?::jsonb) " + MERGED);
            for (CopiedDocument row : Change.rows(changes)) {
                batch = batch.bind(row.id(), row.rev(), row.doc());
            }
            batch.execute();
        }
    }

    /** What the library does, wholly or where there are rows. */
    private static final class Library implements WriteWay<CopiedDocument> {
        private final String title;
        private final Supplier<Destination<CopiedDocument>> destination;
        private @Nullable Writer<CopiedDocument> writer;

        Library(String title, Supplier<Destination<CopiedDocument>> destination) {
            this.title = title;
            this.destination = destination;
        }

        @Override
        public String title() {
            return title;
        }

        @Override
        public void open(Connection connection) throws SQLException {
            writer = Upserts.prepared(connection, destination.get());
        }

        @Override
        public void write(Connection connection, List<Change<CopiedDocument>> changes) throws SQLException {
            Objects.requireNonNull(writer).write(connection, changes);
        }
    }

    /** The server's own bulk format, into a table that forgets its rows with the transaction. */
    private record Temporary() implements WriteWay<CopiedDocument> {
        @Override
        public String title() {
            return "COPY, then INSERT … ON CONFLICT";
        }

        @Override
        public void open(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("create temporary table incoming (like documents) on commit delete rows");
            }
        }

        @Override
        public void write(Connection connection, List<Change<CopiedDocument>> changes) throws Exception {
            StringBuilder text = new StringBuilder();
            for (CopiedDocument row : Change.rows(changes)) {
                text.append(row.id()).append('\t');
                text.append(row.rev()).append('\t');
                text.append(row.doc().replace("\\", "\\\\")).append('\n');
            }
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("copy incoming from stdin", new StringReader(text.toString()));
            using(connection, SQLDialect.POSTGRES)
                    .execute("insert into documents as d select * from incoming order by id " + MERGED);
        }
    }
}
