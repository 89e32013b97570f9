// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.CouchServer;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.Offsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Compares the rows that should be there with those that are.
 *
 * @param depth how much of them
 */
record Verifying(Settings settings, Depth depth) implements Verb {
    private static final String ANEW =
            "All is verified from the start: a run went on, or PostgreSQL failed over, since the last verification was stopped.";

    /** What a server sends alone is not to be held against what it sent alone before, unless somebody wants just that. */
    @Override
    public Reading reading(CouchServer source) {
        return source.reading() == Reading.AUTO ? Reading.WHOLE : source.reading();
    }

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public LogDirectory open(Instant now) {
        return LogDirectory.openToVerify(
                settings.logDirectory(), settings.migration().slug(), depth, now);
    }

    @Override
    public List<Path> memory(LogDirectory directory) {
        return List.of(directory.offsets());
    }

    @Override
    public Start start(Preflight now, LogDirectory directory) {
        Path file = LogDirectory.offsets(
                settings.logDirectory(), settings.migration().slug());
        Optional<Earlier> own = own(now, directory);
        Earlier migrated = Earlier.at(file, now).onNewTimelines();
        List<MigrationException> faults = new ArrayList<>();
        own.ifPresent(earlier -> faults.addAll(earlier.onNewTimelines().faults()));
        faults.addAll(migrated.faults());
        EarlierRejects rejected = EarlierRejects.at(directory.rejects(), migrated.offsets(), settings.migration());
        faults.addAll(rejected.faults());
        if (migrated.offsets().isEmpty() && now.faults(faults).isEmpty()) {
            faults.add(new LogDirectoryException(
                    "there is nothing to verify: offset file \"%s\" does not exist: run the migration first, or name its log directory"
                            .formatted(file)));
        }
        if (now.faults(faults).isEmpty()) {
            faults.addAll(Claims.lost(
                    now.target().owned(),
                    migrated.offsets().map(Offsets::stages).orElse(List.of())));
        }
        Optional<Earlier> holding = own.filter(earlier -> holds(earlier, migrated));
        boolean anew = holding.isEmpty() && own.flatMap(Earlier::offsets).isPresent();
        Set<String> remarks = new LinkedHashSet<>(migrated.remarks());
        remarks.addAll(holding.map(Earlier::remarks).orElse(anew ? List.of(ANEW) : List.of()));
        return new Start(
                holding.flatMap(Earlier::offsets), rejected.events(), migrated.offsets(), List.copyOf(remarks), faults);
    }

    /** What was verified before is worth nothing once a run went on, or the target went to another timeline. */
    private static boolean holds(Earlier verified, Earlier migrated) {
        Optional<Instant> then = verified.offsets().map(Offsets::verified);
        return then.isPresent() && then.equals(migrated.offsets().map(Offsets::saved)) && verified.isOnSameTimelines();
    }

    /** Returns what an earlier verification left; empty to start over. */
    private Optional<Earlier> own(Preflight now, LogDirectory directory) {
        if (settings.startOver()) {
            return Optional.empty();
        }
        Earlier earlier = Earlier.at(directory.offsets(), now);
        return Optional.of(settings.acceptNewSource() ? earlier.inNewSources(stage -> false) : earlier);
    }

    /** What a verification found is needed until that is complete, and nothing of it is outstanding. */
    @Override
    public void tidy(LogDirectory directory, long outstanding) {
        if (outstanding == 0 && directory.offsetsOfVerifications().stream().noneMatch(Files::exists)) {
            directory.deleteOldLogs();
        }
    }

    /** Those of the whole verification, parts before a stop included. */
    @Override
    public Tallies tallies(Stages stages) {
        return stages.verified();
    }

    @Override
    public Outcome outcome(Stages stages, long outstanding) {
        Verified found = stages.verified().verified();
        if (found.missing() + found.different() + found.misplaced() + found.extra() > 0) {
            return Outcome.DIFFERENCES_FOUND;
        }
        if (found.notYetMigrated() > 0 || !stages.gaps().isEmpty()) {
            return Outcome.INCOMPLETE;
        }
        return outstanding > 0 ? Outcome.REJECTS_OUTSTANDING : Outcome.COMPLETE;
    }

    /** The next verification is another one, from the start. */
    @Override
    public void completed(LogDirectory directory) {
        directory.discardOffsets();
    }
}
