// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.CheckReport.Server;
import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TargetCheck;
import io.couchmigrator.TableName;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.TargetServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/** What is told of the databases of the target to whoever plans a run. What cannot be asked is unknown, and no fault. */
record TargetDescription(Target target, Set<TableName> written) {
    List<TargetCheck> all() {
        boolean sharded = target.shards().isPresent();
        List<Supplier<TargetCheck>> looks = new ArrayList<>();
        // The lock has one of its own.
        looks.add(() -> described(target.main(), sharded ? Set.of() : written, 1));
        if (sharded) {
            target.databases().forEach(database -> looks.add(() -> described(database, written, 0)));
        }
        target.sources().values().forEach(database -> looks.add(() -> described(database, Set.of(), 0)));
        return target.sideBySide().all(looks);
    }

    private static TargetCheck described(TargetDatabase database, Set<TableName> tables, int others) {
        int own = database.sessions().needed();
        Optional<Server> server = asked(database, connection -> TargetServer.described(connection, own));
        List<TableCheck> checks = new ArrayList<>();
        for (TableName table : tables) {
            Optional<TableCheck> rows =
                    server.flatMap(seen -> asked(database, connection -> TargetServer.rows(connection, table)));
            checks.add(rows.orElseGet(() -> new TableCheck(table.toString(), OptionalLong.empty(), false)));
        }
        return new TargetCheck(database.where(), own + others, server, checks);
    }

    /** A database to which there is no connection is told elsewhere, and not waited for again. */
    private static <T> Optional<T> asked(TargetDatabase database, Session.Work<T> question) {
        if (!database.own().isOpen()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    database.patience().persist(() -> database.own().attempt("describe the target", question)));
        } catch (TargetException e) {
            return Optional.empty();
        }
    }
}
