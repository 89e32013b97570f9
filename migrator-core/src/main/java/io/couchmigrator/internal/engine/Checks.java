// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Migration;
import io.couchmigrator.TargetException;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.postgres.TargetIdentity;
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
        OptionalLong then = saved.target().timeline();
        OptionalLong now = preflight.target().map(TargetIdentity::timeline).orElse(OptionalLong.empty());
        return then.isPresent() && now.isPresent() && then.getAsLong() != now.getAsLong()
                ? Optional.of(Timeline.fault(now.getAsLong(), then.getAsLong()))
                : Optional.empty();
    }
}
