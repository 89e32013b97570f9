// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.offsets.SourceId;

/**
 * One thing that a source answered about one id.
 *
 * @param <S> what the stage reads
 */
public sealed interface Item<S> {
    SourceId id();

    /** Returns about how many bytes it takes, where it is more than an id. */
    default long bytes() {
        return 0;
    }

    /** Returns the revision of a document; empty for a row, and where there never was such a document. */
    String rev();

    /** It counts for the stage, and takes about this many bytes. */
    record Found<S>(SourceId id, String rev, S source, long bytes) implements Item<S> {}

    /** It does not count for the stage. */
    record Filtered<S>(SourceId id, String rev) implements Item<S> {}

    /** It is deleted, or was never there. */
    record Gone<S>(SourceId id, String rev) implements Item<S> {
        /** Of what never was there, as far as the source knows. */
        Gone(SourceId id) {
            this(id, "");
        }
    }

    /** A function of the stage refused it before it was known whether it counts. */
    record Rejected<S>(Refused refused) implements Item<S> {
        @Override
        public SourceId id() {
            return refused.id();
        }

        @Override
        public String rev() {
            return refused.rev();
        }
    }

    /** It is there, but the source cannot read it. */
    record Unreadable<S>(SourceId id, String rev, String reason) implements Item<S> {}
}
