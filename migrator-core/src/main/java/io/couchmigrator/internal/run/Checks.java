// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Migration;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.identity.Identity;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.offsets.TargetIdentity.ShardsIdentity;
import io.couchmigrator.internal.postgres.Timeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Looks at what an earlier run left. */
final class Checks {
    private Checks() {}

    /**
     * Returns the offsets to go on from; faults go to the preflight.
     *
     * @param accept whether sources that are not those of the file are taken for new ones
     */
    static Optional<Offsets> offsets(
            Migration migration, Path file, Path rejects, Preflight preflight, SavedSources sources, boolean accept) {
        try {
            RejectsFile.probe(rejects);
        } catch (LogDirectoryException e) {
            preflight.fault(e);
        }
        Optional<Offsets> saved;
        try {
            saved = OffsetFile.load(file);
        } catch (LogDirectoryException e) {
            preflight.fault(e);
            return Optional.empty();
        }
        saved.ifPresent(offsets -> {
            Identity.faults(file, offsets, migration, preflight.target()).forEach(preflight::fault);
            if (!accept) {
                sources.check(file, offsets);
            }
        });
        return accept ? saved.map(sources::accept) : saved;
    }

    /** Adds a fault if the file of rejects is gone, or its beginning is, although a migration has some. */
    static void rejects(Offsets saved, Path rejects, Preflight preflight) {
        long told;
        try {
            told = RejectsFile.probe(rejects);
        } catch (LogDirectoryException e) {
            // It is a fault already, of whoever looked for the offsets.
            return;
        }
        if (told < saved.outstanding()) {
            preflight.fault(new LogDirectoryException(
                    "\"%s\" is %s: the offset file knows of outstanding rejects (%s): restore it from a copy, or start over with --reset (rows stay, all is read again)"
                            .formatted(
                                    rejects,
                                    Files.notExists(rejects) ? "missing" : "cut: it tells of %s".formatted(told),
                                    saved.outstanding())));
        }
    }

    /** Adds a fault for each database of the target that went to another timeline since an earlier run. */
    static void failover(Offsets saved, Preflight preflight) {
        changedTimelines(saved, preflight).forEach(preflight::fault);
    }

    /** Returns a fault for each database of the target that went to another timeline since something was saved. */
    static List<TargetException> changedTimelines(Offsets saved, Preflight preflight) {
        List<TargetException> changed = new ArrayList<>();
        TargetIdentity before = saved.target();
        preflight.target().ifPresent(now -> {
            changedTimeline("PostgreSQL", before, now).ifPresent(changed::add);
            int both = Math.min(before.shards().size(), now.shards().size());
            for (int i = 0; i < both; i++) {
                ShardsIdentity held = now.shards().get(i);
                String name = "PostgreSQL with database \"%s\" (shards %s)"
                        .formatted(held.database().database(), held.range());
                changedTimeline(name, before.shards().get(i).database(), held.database())
                        .ifPresent(changed::add);
            }
            now.sources().forEach((stage, database) -> {
                String name = "PostgreSQL with database \"%s\" (%s)".formatted(database.database(), stage);
                Optional.ofNullable(before.sources().get(stage))
                        .flatMap(known -> changedTimeline(name, known, database))
                        .ifPresent(changed::add);
            });
        });
        return changed;
    }

    private static Optional<TargetException> changedTimeline(String server, TargetIdentity before, TargetIdentity now) {
        OptionalLong then = before.timeline();
        return then.isPresent()
                        && now.timeline().isPresent()
                        && then.getAsLong() != now.timeline().getAsLong()
                ? Optional.of(Timeline.fault(server, now.timeline().getAsLong(), then.getAsLong()))
                : Optional.empty();
    }
}
