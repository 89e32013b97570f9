// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.Change;
import io.couchmigrator.Document;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.TableName;
import io.couchmigrator.Upsert;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inserts rows that are not there by {@code COPY}, in its binary format: of what it is sent, the server parses nothing but the values. It knows no
 * conflicts, goes past rules for inserts, with which no table is owned, and names a line where it refuses a row, no document. Safe for use by
 * multiple threads.
 */
final class CopyInsert<R> {
    private static final Set<String> TYPES = Set.of("text", "jsonb");

    /** What {@code jsonb} begins with in binary: the version of its format, which is text. */
    private static final byte VERSION = 1;

    private static final int AT_ONCE = 1 << 16;
    private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final short NO_MORE = -1;
    private static final int NULL = -1;

    /** So many copies in a row that fail are not chance. */
    private static final int MOST_REFUSALS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(CopyInsert.class);

    private final TableName table;
    private final List<Upsert.Column<R>> columns;
    private final List<Boolean> isJson;
    private final String sql;

    /** How many copies in a row have failed, one after the other: those that a fault met at once count as one. */
    private final AtomicInteger refusals = new AtomicInteger();

    /** The first documents of batches that met in a copy what may pass, and are to be merged when they come again. */
    private final Set<String> toMerge = ConcurrentHashMap.newKeySet();

    private CopyInsert(OwnedTable<R> owned) {
        this.table = owned.table();
        this.columns = owned.rows().columns();
        this.isJson = owned.columns().stream()
                .map(column -> column.type().equals("jsonb"))
                .toList();
        this.sql = "copy %s (%s) from stdin (format binary)"
                .formatted(
                        Jooq.sql(Jooq.table(owned.table())),
                        columns.stream()
                                .map(column -> Jooq.sql(DSL.quotedName(column.name())))
                                .collect(Collectors.joining(", ")));
    }

    /** Returns one for a table with columns of types, and through a connection, that this can be used for; empty for others. */
    static <R> Optional<CopyInsert<R>> into(Connection connection, OwnedTable<R> owned) throws SQLException {
        boolean known = owned.columns().stream().allMatch(column -> TYPES.contains(column.type()));
        return known && connection.isWrapperFor(PGConnection.class)
                ? Optional.of(new CopyInsert<>(owned))
                : Optional.empty();
    }

    /** Returns whether to copy a batch, asked once an attempt: not one whose copy has just failed, and none where several in a row have. */
    boolean mayTry(List<Change<R>> batch) {
        return !toMerge.remove(batch.get(0).id()) && refusals.get() < MOST_REFUSALS;
    }

    /**
     * Inserts the rows of a batch.
     *
     * @return how many were inserted, since a trigger may drop some; empty if nothing was, and they are to be merged
     * @throws SQLException what may pass
     */
    OptionalInt insert(Connection connection, List<Change<R>> batch) throws SQLException {
        int before = refusals.get();
        Savepoint savepoint = connection.setSavepoint();
        try {
            int inserted = copied(connection, Change.rows(batch));
            Statements.runDeferred(connection);
            refusals.compareAndSet(before, 0);
            return OptionalInt.of(inserted);
        } catch (SQLException e) {
            SqlFault fault = SqlFault.of(e);
            count(before, fault);
            if (fault.isPassing()) {
                toMerge.add(batch.get(0).id());
                throw e;
            }
            connection.rollback(savepoint);
            return OptionalInt.empty();
        }
    }

    private void count(int before, SqlFault fault) {
        if (refusals.compareAndSet(before, before + 1) && before + 1 == MOST_REFUSALS) {
            LOG.info(
                    "rows of table \"{}\" are merged from now on, and no longer copied: {} copies in a row failed, the last with {}",
                    table,
                    MOST_REFUSALS,
                    fault.withoutValues());
        }
    }

    private int copied(Connection connection, List<R> rows) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        try {
            Message message = new Message(copy);
            message.bytes(ByteBuffer.wrap(SIGNATURE));
            message.number(0).number(0);
            for (R row : rows) {
                message.number((short) columns.size());
                for (int i = 0; i < columns.size(); i++) {
                    message.field(columns.get(i).value().apply(row), isJson.get(i));
                }
            }
            message.number(NO_MORE).send();
            return (int) copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /** What is sent, in pieces. */
    private static final class Message {
        private final CopyIn copy;
        private final ByteBuffer piece = ByteBuffer.allocate(AT_ONCE);

        Message(CopyIn copy) {
            this.copy = copy;
        }

        void field(@Nullable Object value, boolean isJson) throws SQLException {
            if (value == null) {
                number(NULL);
                return;
            }
            ByteBuffer utf8 = value instanceof Document.Json json
                    ? json.utf8()
                    : ByteBuffer.wrap(value.toString().getBytes(StandardCharsets.UTF_8));
            number(utf8.remaining() + (isJson ? 1 : 0));
            if (isJson) {
                room(1).put(VERSION);
            }
            bytes(utf8);
        }

        Message number(int number) throws SQLException {
            room(Integer.BYTES).putInt(number);
            return this;
        }

        Message number(short number) throws SQLException {
            room(Short.BYTES).putShort(number);
            return this;
        }

        void bytes(ByteBuffer bytes) throws SQLException {
            int end = bytes.limit();
            while (bytes.position() < end) {
                room(1);
                bytes.limit(Math.min(end, bytes.position() + piece.remaining()));
                piece.put(bytes);
            }
        }

        private ByteBuffer room(int bytes) throws SQLException {
            if (piece.remaining() < bytes) {
                send();
            }
            return piece;
        }

        void send() throws SQLException {
            copy.writeToCopy(piece.array(), 0, piece.position());
            piece.clear();
        }
    }
}
