// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a migration stands: what the offset file holds. Immutable.
 *
 * @param migration the migration's slug
 * @param saved when this was saved
 * @param url the CouchDB server's address; reported, never a reason to refuse
 * @param uuid the CouchDB server's uuid, if it said one; reported, never a reason to refuse
 * @param verified when the offsets were saved that these verify; null for a migration's own
 * @param target what tells the target from another
 * @param targetName what messages call the target, with its address; null in files of earlier versions; reported, never a
 *     reason to refuse
 * @param rejects how it knows the rejects file
 * @param stages the stages that were planned, in the order of the migration
 * @param rates how many documents a second were read last of stages that are being read, by their names, where that is
 *     known; reported, and nobody goes on from it
 */
public record Offsets(
        String migration,
        Instant saved,
        String url,
        @Nullable String uuid,
        @Nullable Instant verified,
        TargetIdentity target,
        @Nullable String targetName,
        RejectsMark rejects,
        List<StageOffset> stages,
        Map<String, Double> rates) {
    public Offsets {
        stages = List.copyOf(stages);
        rates = Map.copyOf(rates);
    }

    /** Creates offsets of which neither a rate is known nor what the target is called. */
    public Offsets(
            String migration,
            Instant saved,
            String url,
            @Nullable String uuid,
            @Nullable Instant verified,
            TargetIdentity target,
            RejectsMark rejects,
            List<StageOffset> stages) {
        this(migration, saved, url, uuid, verified, target, null, rejects, stages, Map.of());
    }

    /** Returns whether a stage knows how many purges of its database are done. */
    boolean heedsPurges() {
        return stages.stream().flatMap(stage -> stage.source().stream()).anyMatch(source -> source.purges() != null);
    }

    /** Returns the same with these rates. */
    public Offsets withRates(Map<String, Double> known) {
        return new Offsets(migration, saved, url, uuid, verified, target, targetName, rejects, stages, known);
    }

    /** Returns the same of a target that messages call so. */
    public Offsets in(String called) {
        return new Offsets(migration, saved, url, uuid, verified, target, called, rejects, stages, rates);
    }

    /** Returns the same with other stages. */
    public Offsets with(List<StageOffset> others) {
        return new Offsets(migration, saved, url, uuid, verified, target, targetName, rejects, others, rates);
    }
}
