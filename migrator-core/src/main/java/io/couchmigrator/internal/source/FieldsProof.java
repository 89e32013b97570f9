// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.CouchRow.State;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a server sends alone those fields that its documents have: some documents, of which fields alone came, are compared with the whole
 * ones. It speaks of the server, and of what stands in between, and not of each document. Used once, by one thread.
 */
final class FieldsProof {
    /** How many documents are compared at most. */
    static final int MOST = 16;

    /** How many must have a field that is wanted: where none has, everything is like everything. */
    private static final int LEAST = 4;

    /** What is larger is left out, so that no more memory is taken than by one document that is read. */
    private static final long LARGEST = 64 << 10;

    private final Map<String, CouchRow> alone = new LinkedHashMap<>();
    private int compared;
    private @Nullable String differing;

    /** Takes a document of which fields alone came. */
    void alone(CouchRow row) {
        if (row.state() == State.DOCUMENT && row.bytes() <= LARGEST && alone.size() < MOST) {
            alone.put(row.id(), row);
        }
    }

    /** Returns the ids of those that are to be read whole. */
    List<String> ids() {
        return List.copyOf(alone.keySet());
    }

    /** Takes a whole document. */
    void whole(CouchRow row) {
        CouchRow other = alone.get(row.id());
        if (other != null && row.state() == State.DOCUMENT && other.rev().equals(row.rev())) {
            compared += row.fields().size() > 0 ? 1 : 0;
            differing = other.fields().equals(row.fields()) ? differing : row.id();
        }
    }

    /** Returns how fields alone are not those of a document; empty if none was found of which they are not. */
    Optional<String> difference() {
        return Optional.ofNullable(differing).map("fields alone of \"%s\" are not those that it has"::formatted);
    }

    /** Returns why fields alone cannot be relied on; empty if they can. */
    Optional<String> doubt() {
        return compared >= LEAST
                ? difference()
                : difference()
                        .or(() -> Optional.of("%s documents were found to compare fields alone with, which takes %s"
                                .formatted(compared, LEAST)));
    }
}
