// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.RejectException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.offsets.SourceId;
import java.util.Optional;

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

    /**
     * An item that cannot be stored.
     *
     * @param id the item
     * @param rev its revision; empty if there is none
     * @param docType what the migration log calls its type; empty if it is not known
     * @param code the kind of fault
     * @param reason what is wrong
     * @param said what a function of the target's own says, which may quote values; empty if none does
     */
    record Refused(SourceId id, String rev, String docType, String code, String reason, Optional<String> said) {
        /** An item of which the target says nothing. */
        public Refused(SourceId id, String rev, String docType, String code, String reason) {
            this(id, rev, docType, code, reason, Optional.empty());
        }

        /** Returns a document or source row that a function of its stage refused. */
        public static Refused of(Stage<?, ?> stage, SourceId id, String rev, Object source, RejectException because) {
            return of(id, rev, docType(stage, source), because);
        }

        /** Returns an item that a function of its stage refused. */
        public static Refused of(SourceId id, String rev, String docType, RejectException because) {
            return new Refused(id, rev, docType, because.code(), because.reason());
        }

        /** Returns what the migration log calls the type of what was read; empty if it has none. */
        public static String docType(Stage<?, ?> stage, Object source) {
            if (!(source instanceof Document document)) {
                return stage.name();
            }
            JsonElement docType = document.field("doc_type");
            return docType.isJsonPrimitive() ? docType.getAsString() : "";
        }
    }
}
