// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Migration;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.offsets.TargetIdentity.ShardsIdentity;
import io.couchmigrator.internal.run.SavedSources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds an offset file against the migration and target at hand; {@link SavedSources} does so for the source. What is
 * no identity (URL, server uuid, workers, chunk size, credentials) is not looked at.
 */
public final class Identity {
    private static final String OTHERWISE =
            "connect to what it was written for, name another log directory, or start over by `migrator run` with --reset (%s)";

    private static final String MOVED =
            "all is read again and written by the new map; rows that are there stay where they are, and `migrator verify` tells which belong elsewhere";

    private final Path file;
    private final List<LogDirectoryException> faults = new ArrayList<>();

    /** Stages by how their definitions differ: mostly all do alike. */
    private final Map<Versions, List<String>> definitions = new LinkedHashMap<>();

    private record Versions(int inFile, int now) {}

    private Identity(Path file) {
        this.file = file;
    }

    /** Returns why these offsets cannot be continued; empty if they can. */
    public static List<LogDirectoryException> faults(
            Path file, Offsets saved, Migration migration, Optional<TargetIdentity> target) {
        Identity identity = new Identity(file);
        identity.expect("migration", saved.migration(), migration.slug());
        target.ifPresent(seen -> {
            identity.target(saved.target(), seen);
            identity.shards(saved.target(), seen);
            saved.stages().forEach(stage -> identity.source(stage.name(), saved.target(), seen));
        });
        saved.stages().forEach(stage -> identity.stage(stage, migration));
        identity.definitions.forEach(identity::definition);
        return identity.faults;
    }

    /** Under another map rows would move: those that are written would not be found where they now belong. */
    private void shards(TargetIdentity saved, TargetIdentity seen) {
        if (seen.shards().isEmpty() && !saved.shards().isEmpty()) {
            refuse("map of shards", saved.map(), "none", "give the map of shards, as the run did that wrote the file");
        } else if (!saved.map().equals(seen.map())) {
            refuse("map of shards", saved.map(), seen.map(), OTHERWISE.formatted(MOVED));
        } else {
            for (int i = 0; i < saved.shards().size(); i++) {
                shards(i, saved, seen.shards().get(i).database());
            }
        }
    }

    private void shards(int number, TargetIdentity saved, TargetIdentity seen) {
        ShardsIdentity held = saved.shards().get(number);
        String which = "database of shards " + held.range();
        if (held.database().isOtherThan(seen)) {
            String elsewhere = saved.shards().stream()
                    .filter(other -> !other.database().isOtherThan(seen))
                    .findFirst()
                    .map(other -> ", which holds shards %s as the file says".formatted(other.range()))
                    .orElse("");
            refuse(which, held.database().described(), seen.described() + elsewhere, OTHERWISE.formatted(MOVED));
        } else {
            tables(held.database(), seen, which + ": ");
        }
    }

    private void target(TargetIdentity saved, TargetIdentity seen) {
        if (saved.systemIdentifier().isPresent() && seen.systemIdentifier().isPresent()) {
            expect(
                    "PostgreSQL system_identifier",
                    saved.systemIdentifier().get(),
                    seen.systemIdentifier().get());
        }
        expect("database", saved.database(), seen.database());
        expect("database oid", saved.databaseOid(), seen.databaseOid());
        tables(saved, seen, "");
    }

    /** The keys of one table say nothing about the rows of another. A stage that was skipped is not in the file. */
    private void source(String stage, TargetIdentity saved, TargetIdentity seen) {
        Optional<TargetIdentity> before = Optional.ofNullable(saved.sources().get(stage));
        Optional<TargetIdentity> now = Optional.ofNullable(seen.sources().get(stage));
        TargetIdentity was = before.orElse(saved);
        boolean another = before.isPresent() || now.isPresent();
        if (another && was.isOtherThan(now.orElse(seen))) {
            refuse(
                    "database of the table of stage \"%s\"".formatted(stage),
                    was.described(),
                    now.orElse(seen).described(),
                    now.isEmpty()
                            ? "name the database of this stage's table, as the run did that wrote the file"
                            : OTHERWISE.formatted("rows stay, all is read again"));
        }
    }

    private void tables(TargetIdentity saved, TargetIdentity seen, String which) {
        saved.tables().forEach((table, oid) -> {
            Long now = seen.tables().get(table);
            if (now != null) {
                expect("%soid of table \"%s\"".formatted(which, table), oid, now);
            }
        });
    }

    private void stage(StageOffset saved, Migration migration) {
        Optional<Stage<?, ?>> stage = migration.stages().stream()
                .filter(s -> s.name().equals(saved.name()))
                .findFirst();
        if (stage.isEmpty()) {
            String names = String.join(
                    ", ", migration.stages().stream().map(Stage::name).toList());
            expect("stage", saved.name(), "one of " + names);
            return;
        }
        Versions versions = new Versions(saved.definition(), stage.get().definition());
        if (versions.inFile() != versions.now()) {
            definitions.computeIfAbsent(versions, v -> new ArrayList<>()).add("\"" + saved.name() + "\"");
        }
    }

    private void definition(Versions versions, List<String> stages) {
        faults.add(new LogDirectoryException(
                "offset file \"%s\" is of another definition of %s %s: seen %s, expected %s as the file says: run the version of this program that wrote it, name another log directory, or start over by `migrator run` with --reset (rows stay, all is read again)"
                        .formatted(
                                file,
                                stages.size() == 1 ? "stage" : "stages",
                                String.join(", ", stages),
                                versions.now(),
                                versions.inFile())));
    }

    private void expect(String what, Object inFile, Object now) {
        if (!inFile.equals(now)) {
            refuse(what, inFile, now, OTHERWISE.formatted("rows stay, all is read again"));
        }
    }

    private void refuse(String what, Object inFile, Object now, String advice) {
        faults.add(new LogDirectoryException(
                "offset file \"%s\" belongs to something else: %s: seen %s, expected %s as the file says: %s"
                        .formatted(file, what, now, inFile, advice)));
    }
}
