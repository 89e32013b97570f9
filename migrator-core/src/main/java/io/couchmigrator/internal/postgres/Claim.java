// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.BusyException;
import io.couchmigrator.OwnedTable;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.postgres.Ownership.Claimed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A run's claim to an owned table: its row beside that has the run's epoch for as long as nobody claims the table after it. Immutable.
 *
 * @param told makes a sentence say of which database it is
 */
record Claim(OwnerTable owners, Claimed claimed, UnaryOperator<String> told) {
    /** Waits for transactions that hold a claim, and keeps others out: whose the table was seen to be stays so until it is claimed. */
    private static final String ALONE = "lock table %s in exclusive mode";

    /** Epochs rise even where clocks do not; each is the time, so that a row that somebody deleted does not come back with an epoch that it had. */
    private static final String CLAIM =
            "insert into %s as owner (\"table\", source, migration, epoch, table_oid, keeps_deleted, claim)"
                    + " values (?, ?, ?, (extract(epoch from clock_timestamp()) * 1000)::bigint, ?::regclass::oid::bigint, ?, ?)"
                    + " on conflict (\"table\") do update set source = excluded.source, migration = excluded.migration,"
                    + " epoch = greatest(owner.epoch + 1, excluded.epoch), table_oid = excluded.table_oid, keeps_deleted = excluded.keeps_deleted, claim = excluded.claim"
                    + " returning " + Ownership.Row.COLUMNS;

    /**
     * Claims a table, which takes it from whoever had it.
     *
     * @throws TargetException if this owner is not to have it
     */
    static Claim of(Connection connection, OwnedTable<?> owned, Owner owner, UnaryOperator<String> told)
            throws SQLException {
        OwnerTable owners = OwnerTable.beside(connection, owned);
        Jooq.with(connection, jooq -> jooq.execute(ALONE.formatted(owners.sql())));
        Ownership before = Ownership.of(connection, owned);
        Optional<String> fault = before.fault(owner);
        if (fault.isPresent()) {
            throw new TargetException(told.apply(fault.get()));
        }
        String source = before.row()
                .filter(its -> !owner.source().isKnown() && owner.isOf(its))
                .map(Ownership.Row::source)
                .orElseGet(owner::text);
        Optional<Ownership.Row> now = Jooq.with(connection, jooq -> jooq.fetchOptional(
                        CLAIM.formatted(owners.sql()),
                        owned.table().name(),
                        source,
                        owner.migration(),
                        owners.ownedSql(),
                        owned.keepsDeleted(),
                        id(before, owner))
                .map(Ownership.Row::of));
        return new Claim(
                owners, new Claimed(owned.table(), before.row(), now.orElseThrow(() -> dropped(owners, told))), told);
    }

    private static TargetException dropped(OwnerTable owners, UnaryOperator<String> told) {
        return new TargetException(told.apply(
                "table \"%s\" has no row of table \"%s\" after one was written, so a trigger or a rule of it drops it: drop that, and try again"
                        .formatted(owners.name(), owners.owned().table())));
    }

    /**
     * Where somebody else had the table, nobody may know the claim before it is noted with what follows from that: if the run ends first, the
     * next one is to find a stranger's claim, too.
     */
    private static String id(Ownership before, Owner owner) {
        boolean own = before.row().filter(owner::knows).isPresent();
        return own ? owner.claim() : UUID.randomUUID().toString();
    }

    /**
     * Makes sure that the claim holds until the transaction ends: whoever claims the table waits for that.
     *
     * @throws BusyException if it holds no more
     */
    void hold(Connection connection) throws SQLException {
        long epoch = claimed.now().epoch();
        Optional<Ownership.Row> row = Ownership.Row.read(connection, owners, " for share");
        if (row.isEmpty()) {
            throw new BusyException(told.apply(
                    "table \"%s\" is no longer said to be this run's, which writes nothing more into it: seen no row of it in table \"%s\", expected one with epoch %s: find out who deleted that, and let this migration have the table again by run() with adopt(true)"
                            .formatted(owners.owned().table(), owners.name(), epoch)));
        }
        if (row.get().epoch() != epoch) {
            throw new BusyException(told.apply(
                    "table \"%s\" was taken from this run, which writes nothing more into it: seen epoch %s of %s in table \"%s\", expected epoch %s: let one run at a time write the table, and run again once the other has ended"
                            .formatted(owners.owned().table(), row.get().epoch(), row.get(), owners.name(), epoch)));
        }
    }
}
