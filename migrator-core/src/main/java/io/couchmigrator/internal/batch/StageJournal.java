// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.Rejection;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.files.LineFile;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.source.Item.Refused;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is written down of a stage's batches once their rows are committed: log entries, rejects, and rejects that are
 * resolved. Safe for use by multiple threads.
 */
final class StageJournal {
    private final String stage;
    private final LineFile log;
    private final OddEntries odd;
    private final RejectsFile rejects;
    private final Reporter reporter;
    private final Set<SourceId> rejectedInThisRun = ConcurrentHashMap.newKeySet();

    StageJournal(String stage, LineFile log, OddEntries odd, RejectsFile rejects, Reporter reporter) {
        this.stage = stage;
        this.log = log;
        this.odd = odd;
        this.rejects = rejects;
        this.reporter = reporter;
    }

    /**
     * Writes down what became of a batch.
     *
     * @return how many of it this run had not rejected before
     */
    long committed(List<? extends Item<?>> batch, List<? extends Ready<?>> ready, List<Refused> refused) {
        Set<SourceId> rejected = new HashSet<>();
        for (Refused item : refused) {
            rejected.add(item.id());
            log.append(BatchWriter.entry(item));
            Rejection rejection = new Rejection(
                    stage,
                    item.id().text(),
                    item.rev().isEmpty() ? Optional.empty() : Optional.of(item.rev()),
                    item.code(),
                    item.reason());
            rejects.rejected(item.id(), rejection, item.said());
            reporter.rejected(rejection);
        }
        for (Ready<?> item : ready) {
            if (!rejected.contains(item.id())) {
                for (OddEntry entry : item.entries()) {
                    log.append(entry.line());
                    odd.count(entry);
                }
            }
        }
        for (Item<?> item : batch) {
            Optional<String> written = item instanceof Item.Found ? Optional.of(item.rev()) : Optional.empty();
            if (!rejected.contains(item.id()) && rejects.resolved(stage, item.id(), written)) {
                reporter.resolved(stage, item.id().text());
            }
        }
        return rejected.stream().filter(rejectedInThisRun::add).count();
    }
}
