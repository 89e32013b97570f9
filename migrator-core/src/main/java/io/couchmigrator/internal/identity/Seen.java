// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import io.couchmigrator.Migration;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Database;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.offsets.Witness;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What is there now, to be held against what was saved.
 *
 * @param migration the migration at hand
 * @param target its target; empty if not all of it could be asked
 * @param sources the CouchDB databases of stages that could be asked, by the stages' names
 */
public record Seen(Migration migration, Optional<TargetIdentity> target, Map<String, Source> sources) {
    /**
     * The CouchDB database of a stage.
     *
     * @param database what it says of itself
     * @param copies how many copies of each document its cluster keeps; empty where it does not say
     * @param misfits witnesses of the stage that do not fit; empty before it was asked for them
     */
    public record Source(Database database, OptionalLong copies, List<Misfit> misfits) {
        public Source {
            misfits = List.copyOf(misfits);
        }

        /** Returns how many changes it had since a stage took note of it, negative if it has fewer; empty if it does not say. */
        public OptionalLong advance(StageOffset saved) {
            return SequenceNumber.advance(
                    saved.source().map(Database::updateSequence).orElse(null), database.updateSequence());
        }

        /** Returns whether it counts each change once. Where each copy counts its own, any of them may answer. */
        public boolean isExact() {
            return SequenceNumber.of(database.updateSequence()).stream().anyMatch(SequenceNumber::plain)
                    || copies.equals(OptionalLong.of(1));
        }
    }

    /**
     * A witness of which a database has no revision that an edit could have made.
     *
     * @param rev the revision that it has; empty if it knows no such document, not even a deleted one
     */
    public record Misfit(Witness witness, Optional<String> rev) {}
}
