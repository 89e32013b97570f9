// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Migration;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.postgres.TargetIdentity;
import io.couchmigrator.internal.postgres.TargetIdentity.ShardsIdentity;
import io.couchmigrator.internal.postgres.Timeline;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** Adds a fault if the file of rejects is gone, although a migration has some. */
    static void rejects(Offsets saved, Path rejects, Preflight preflight) {
        if (saved.outstanding() > 0 && Files.notExists(rejects)) {
            preflight.fault(new LogDirectoryException(
                    "\"%s\" is missing: the offset file knows of outstanding rejects (%d): restore it from a copy, or start over with --reset (rows stay, all is read again)"
                            .formatted(rejects, saved.outstanding())));
        }
    }

    /** Adds a fault if the target went to another timeline since an earlier run. */
    static void failover(Offsets saved, Preflight preflight) {
        changedTimeline(saved, preflight).ifPresent(preflight::fault);
    }

    /** Returns what is wrong if the target went to another timeline since something was saved. */
    static Optional<TargetException> changedTimeline(Offsets saved, Preflight preflight) {
        return preflight.target().flatMap(now -> changedTimeline("PostgreSQL", saved.target(), now));
    }

    private static Optional<TargetException> changedTimeline(String server, TargetIdentity saved, TargetIdentity now) {
        OptionalLong then = saved.timeline();
        if (then.isPresent()
                && now.timeline().isPresent()
                && then.getAsLong() != now.timeline().getAsLong()) {
            return Optional.of(Timeline.fault(server, now.timeline().getAsLong(), then.getAsLong()));
        }
        for (int i = 0; i < Math.min(saved.shards().size(), now.shards().size()); i++) {
            ShardsIdentity held = now.shards().get(i);
            Optional<TargetException> changed = changedTimeline(
                    "PostgreSQL with shards " + held.range(),
                    saved.shards().get(i).database(),
                    held.database());
            if (changed.isPresent()) {
                return changed;
            }
        }
        return Optional.empty();
    }
}
