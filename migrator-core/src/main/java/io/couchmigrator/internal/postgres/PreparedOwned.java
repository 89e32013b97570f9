// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.Change;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.TableName;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.postgres.Ownership.Claimed;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * An {@link OwnedTable} that knows its table: the rows of documents that have none any more are deleted by id; those of others are changed
 * where they differ, or inserted. Safe for use by multiple threads.
 */
final class PreparedOwned<R> implements Writer<R> {
    /** So few documents are not worth finding out whether their rows may be copied. */
    private static final int FEW = 10;

    private final OwnedTable<R> owned;
    private final PreparedUpsert<R> rows;
    private final Optional<CopyInsert<R>> copying;
    private final Optional<Claim> claim;
    private final boolean collides;
    private final OwnedLook look;
    private final String delete;

    /**
     * @param copying inserts rows where there are none; empty if it cannot
     * @param claim the run's claim to the table; empty if it only compares
     * @param collides whether rows of two documents can be in each other's way
     */
    PreparedOwned(
            OwnedTable<R> owned,
            PreparedUpsert<R> rows,
            Optional<CopyInsert<R>> copying,
            Optional<Claim> claim,
            boolean collides) {
        this.owned = owned;
        this.rows = rows;
        this.copying = copying;
        this.claim = claim;
        this.collides = collides;
        this.look = OwnedLook.at(owned);
        this.delete = "delete from %s where %s = any(?::text[])".formatted(look.table(), look.id());
    }

    /**
     * Makes sure that the table is the run's until the transaction ends, which comes before anything is written in it.
     *
     * @throws io.couchmigrator.BusyException if another run has claimed it
     */
    void hold(Connection connection) throws SQLException {
        claim.orElseThrow(() -> new IllegalStateException(
                        "table %s is to be written without a claim: this is a bug".formatted(owned.table())))
                .hold(connection);
    }

    /** Returns whether a table has indexes beside its key by which rows exclude each other. */
    static boolean collides(Connection connection, TableName table) throws SQLException {
        return Jooq.with(
                connection,
                jooq -> Boolean.TRUE.equals(jooq.resultQuery(
                                "select exists (select from pg_index where indrelid = to_regclass(?) and (indisunique or indisexclusion) and not indisprimary)",
                                Jooq.sql(Jooq.table(table)))
                        .fetchSingle(0, Boolean.class)));
    }

    /** Returns how many rows are written only; {@link #change} tells more. */
    @Override
    public int write(Connection connection, List<Change<R>> changes) throws SQLException {
        return change(connection, changes).rows();
    }

    /** Returns what is remembered of the claim to the table; empty if there is none. */
    Optional<Claimed> claimed() {
        return claim.map(Claim::claimed);
    }

    /** Makes the table hold what the documents ask for. */
    Written change(Connection connection, List<Change<R>> changes) throws SQLException {
        changes.forEach(this::check);
        OptionalInt copied = copied(connection, changes);
        if (copied.isPresent()) {
            return new Written(copied.getAsInt(), 0, Set.of());
        }
        String[] without = without(changes);
        int deleted = without.length == 0
                ? 0
                : Jooq.with(connection, jooq -> Planned.execute(jooq, delete, (Object) without));
        Set<String> kept = deleted == without.length ? Set.of() : look.there(connection, without);
        return new Written(collides ? makingRoom(connection, changes) : written(connection, changes), deleted, kept);
    }

    /** Returns which documents still have rows that are to be deleted. */
    Set<String> kept(Connection connection, List<Change<R>> changes) throws SQLException {
        String[] without = without(changes);
        return without.length == 0 ? Set.of() : look.there(connection, without);
    }

    /** Returns the documents that are not to have a row, and might. */
    private String[] without(List<Change<R>> changes) {
        return changes.stream()
                .filter(change -> change.rows().isEmpty() && !keeps(change))
                .map(Change::id)
                .filter(rows::mayBeKey)
                .sorted()
                .toArray(String[]::new);
    }

    /**
     * Copies the rows of documents between whose ids there is no row. What that meets, and who is to blame, is found out the other way.
     *
     * @return how many rows were written; empty if the other way is to be gone
     */
    private OptionalInt copied(Connection connection, List<Change<R>> changes) throws SQLException {
        boolean may = copying.isPresent()
                && changes.size() >= FEW
                && copying.get().mayTry(changes)
                && isBetweenRows(connection, changes);
        return may ? copying.get().insert(connection, changes) : OptionalInt.empty();
    }

    /** Returns whether all documents have a row to write, and no row lies between the first and the last of their ids. */
    private boolean isBetweenRows(Connection connection, List<Change<R>> changes) throws SQLException {
        List<String> ids = new ArrayList<>(changes.size());
        for (Change<R> change : changes) {
            if (change.rows().isEmpty()) {
                return false;
            }
            ids.add(change.id());
        }
        String first = Collections.min(ids, KeyOrder.BY_CODE_POINT);
        String last = Collections.max(ids, KeyOrder.BY_CODE_POINT);
        Interval around = new Interval(first, true, last, true);
        return look.ids(connection, around, 1).isEmpty();
    }

    /** Rows that pass a unique value on may have to be written in another order, or to make room for each other. */
    private int makingRoom(Connection connection, List<Change<R>> changes) throws SQLException {
        Savepoint before = connection.setSavepoint();
        int written;
        try {
            written = written(connection, changes);
        } catch (SQLException e) {
            rollback(connection, before, e);
            written = singly(connection, changes, e);
        }
        connection.releaseSavepoint(before);
        return written;
    }

    /**
     * Writes rows one by one, forwards and backwards. What is left then is in each other's way, and is deleted and inserted, whereby it
     * loses what others have in columns of their own.
     *
     * @param collision what is told if that does not help: others may refer to the rows that would be deleted
     */
    private int singly(Connection connection, List<Change<R>> changes, SQLException collision) throws SQLException {
        List<Change<R>> left = changes;
        int written = 0;
        for (int pass = 0; pass < 2; pass++) {
            List<Change<R>> still = new ArrayList<>();
            for (Change<R> change : left) {
                OptionalInt alone = alone(connection, change);
                written += alone.orElse(0);
                if (alone.isEmpty()) {
                    still.add(change);
                }
            }
            Collections.reverse(still);
            left = still;
        }
        try {
            rows.clear(connection, left);
            return written + written(connection, left);
        } catch (SQLException e) {
            throw SqlFault.of(e).isPassing() ? e : collision;
        }
    }

    /** Returns how many rows were written; empty if another row is in the way. */
    private OptionalInt alone(Connection connection, Change<R> change) throws SQLException {
        if (change.rows().isEmpty()) {
            return OptionalInt.of(0);
        }
        Savepoint before = connection.setSavepoint();
        OptionalInt written = OptionalInt.empty();
        try {
            written = OptionalInt.of(written(connection, List.of(change)));
        } catch (SQLException e) {
            rollback(connection, before, e);
        }
        connection.releaseSavepoint(before);
        return written;
    }

    /** @throws SQLException what happened, if it is no collision */
    private static void rollback(Connection connection, Savepoint before, SQLException e) throws SQLException {
        if (!SqlFault.of(e).isOfAnotherRow()) {
            throw e;
        }
        connection.rollback(before);
    }

    private int written(Connection connection, List<Change<R>> changes) throws SQLException {
        int written = rows.write(connection, changes);
        Statements.runDeferred(connection);
        return written;
    }

    private void check(Change<R> change) {
        if (change.rows().size() > 1) {
            throw new IllegalStateException(
                    "the transform made %s rows of a document: expected one at most in table \"%s\""
                            .formatted(change.rows().size(), owned.table()));
        }
        for (R row : change.rows()) {
            if (!change.id().equals(rows.key(row))) {
                throw new IllegalStateException(
                        "the transform made a row with another id than the document's: expected \"%s\" in column \"%s\" of table \"%s\""
                                .formatted(change.id(), owned.columns().get(0).name(), owned.table()));
            }
        }
    }

    /** Returns what asks which documents have rows. */
    OwnedLook look() {
        return look;
    }

    PreparedUpsert<R> rows() {
        return rows;
    }

    /** Returns whether the row of a document that has none any more is to stay, because that is gone. */
    boolean keeps(Change<?> change) {
        return owned.keepsDeleted() && change instanceof Change.Absent<?> absent && absent.gone();
    }

    @Override
    public void check(R row) {
        rows.check(row);
    }

    @Override
    public boolean isComparable() {
        return true;
    }

    @Override
    public List<Standing> compare(Connection connection, List<R> some) throws SQLException {
        return rows.compare(connection, some);
    }

    @Override
    public Set<TableName> tables() {
        return owned.tables();
    }
}
