// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.RejectException;
import io.couchmigrator.Stage;
import io.couchmigrator.internal.offsets.SourceId;
import java.util.Optional;

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
public record Refused(SourceId id, String rev, String docType, String code, String reason, Optional<String> said) {
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
