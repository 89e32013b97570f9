// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import java.util.Set;

/** The target took documents without an error, and does not have some of their rows as they were written, or has some that it deleted; never leaves the engine. */
final class DroppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Set<Integer> documents;

    DroppedException(Set<Integer> documents) {
        super("rows of %s documents were dropped".formatted(documents.size()), null, false, false);
        this.documents = documents;
    }

    /** Returns which documents, by their places among those that were written at once. */
    Set<Integer> documents() {
        return documents;
    }
}
