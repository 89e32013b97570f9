// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.CheckReport.Server;
import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TableCheck.State;
import io.couchmigrator.CheckReport.TargetCheck;
import io.couchmigrator.Destination;
import io.couchmigrator.Migration;
import io.couchmigrator.TableName;
import io.couchmigrator.TargetException;
import io.couchmigrator.Upsert;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.TargetServer;
import io.couchmigrator.internal.postgres.Upserts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is told of the databases of the target to whoever plans a run. What cannot be asked is unknown, and no fault. */
record TargetDescription(Target target, Migration migration) {
    List<TargetCheck> all() {
        boolean sharded = target.shards().isPresent();
        List<Destination<?>> destinations = new ArrayList<>();
        migration.stages().forEach(stage -> destinations.add(stage.destination()));
        List<Supplier<TargetCheck>> looks = new ArrayList<>();
        // The lock has one of its own.
        looks.add(() -> described(target.main(), sharded ? List.of() : destinations, 1));
        if (sharded) {
            target.databases().forEach(database -> looks.add(() -> described(database, destinations, 0)));
        }
        target.sources().values().forEach(database -> looks.add(() -> described(database, List.of(), 0)));
        return target.sideBySide().all(looks);
    }

    private static TargetCheck described(TargetDatabase database, List<Destination<?>> written, int others) {
        int own = database.sessions().needed();
        Optional<Server> server = asked(database, connection -> TargetServer.described(connection, own));
        Map<TableName, TableCheck> tables = new LinkedHashMap<>();
        for (Destination<?> destination : written) {
            Optional<List<TableName>> created =
                    server.flatMap(seen -> asked(database, connection -> Upserts.created(connection, destination)));
            created.orElse(List.of())
                    .forEach(table ->
                            tables.put(table, new TableCheck(table, State.CREATED_BY_RUN, OptionalLong.empty())));
            destination
                    .tables()
                    .forEach(table -> tables.computeIfAbsent(table, t -> server.flatMap(
                                    seen -> asked(database, connection -> TargetServer.rows(connection, t)))
                            .orElseGet(() -> new TableCheck(t, State.UNKNOWN, OptionalLong.empty()))));
            if (destination instanceof Upsert<?> upsert) {
                upsert.tableBehindView()
                        .ifPresent(behind -> tables.computeIfPresent(behind, TargetDescription::ifThere));
            }
        }
        return new TargetCheck(database.where(), own + others, server, List.copyOf(tables.values()));
    }

    /** A table that would be behind a view is missed by nobody where there is no view. */
    private static @Nullable TableCheck ifThere(TableName behind, TableCheck check) {
        return check.state() == State.MISSING ? null : check;
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
