// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.DocumentStage;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.identity.Identity;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.RejectEvents;
import io.couchmigrator.internal.offsets.RejectEvents.Item;
import io.couchmigrator.internal.offsets.RejectsMark;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What earlier runs rejected, held against what they saved and what is to be migrated.
 *
 * @param events what the file tells; empty if it cannot be read
 * @param faults why it cannot be gone on from
 */
record EarlierRejects(Optional<RejectEvents> events, List<MigrationException> faults) {
    private static final String ADVICE =
            "or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)";

    /** Reads the file of rejects, and changes nothing. */
    static EarlierRejects at(Path rejects, Optional<Offsets> saved, Migration migration) {
        RejectEvents events;
        try {
            events = RejectEvents.read(rejects, saved.map(Offsets::rejects).orElse(RejectsMark.NONE));
        } catch (LogDirectoryException | OffsetsRefusedException e) {
            return new EarlierRejects(Optional.empty(), List.of(e));
        }
        List<MigrationException> faults = new ArrayList<>();
        events.lacking().ifPresent(faults::add);
        foreign(events, migration).ifPresent(faults::add);
        return new EarlierRejects(Optional.of(events), faults);
    }

    /** What no stage could take by its id would be outstanding for ever. */
    private static Optional<OffsetsRefusedException> foreign(RejectEvents rejects, Migration migration) {
        Map<String, Stage<?, ?>> stages = new LinkedHashMap<>();
        for (Stage<?, ?> stage : migration.stages()) {
            stages.put(stage.name(), stage);
        }
        return rejects.outstanding()
                .filter(item -> stages.containsKey(item.stage()) || !Identity.leavesStages(migration))
                .filter(item -> !canHave(stages.get(item.stage()), item))
                .min(Comparator.comparingLong(Item::line))
                .map(item -> new OffsetsRefusedException("line %s of \"%s\" %s: restore the file from a copy, %s"
                        .formatted(
                                item.line(),
                                rejects.path(),
                                stages.containsKey(item.stage())
                                        ? ofAnotherKind(item)
                                        : "is of stage \"%s\": expected one of %s"
                                                .formatted(item.stage(), String.join(", ", stages.keySet())),
                                ADVICE)));
    }

    private static boolean canHave(@Nullable Stage<?, ?> stage, Item item) {
        return stage != null && stage instanceof DocumentStage<?> == isText(item);
    }

    private static String ofAnotherKind(Item item) {
        return "has a %s as an id of stage \"%s\": expected a %s"
                .formatted(isText(item) ? "text" : "number", item.stage(), isText(item) ? "number" : "text");
    }

    private static boolean isText(Item item) {
        return item.id() instanceof DocumentId;
    }
}
