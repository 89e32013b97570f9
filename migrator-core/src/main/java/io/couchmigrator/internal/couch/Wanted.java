// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import io.couchmigrator.DocumentStage;
import java.util.Collection;
import java.util.Set;

/**
 * What is wanted of documents, beside their ids and revisions.
 *
 * @param bodies whether the server is to send them
 * @param fields the top-level fields to keep of a body
 * @param text whether to keep its whole text
 */
public record Wanted(boolean bodies, Set<String> fields, boolean text) {
    /** Nothing else: no body is sent. */
    public static final Wanted IDS = new Wanted(false, Set.of(), false);

    /** The size of what is sent: nothing of it is kept. */
    public static final Wanted SIZES = new Wanted(true, Set.of(), false);

    public Wanted {
        fields = Set.copyOf(fields);
    }

    /** Returns what a stage reads. */
    public static Wanted of(DocumentStage<?> stage) {
        return new Wanted(true, Set.copyOf(stage.fields()), stage.readsText());
    }

    /** Returns these top-level fields. */
    public static Wanted of(Collection<String> fields) {
        return new Wanted(true, Set.copyOf(fields), false);
    }
}
