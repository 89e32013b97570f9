// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonElement;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What {@code GET /{db}} says.
 *
 * @param instanceStartTime when the database was created; "0" on servers before 3.3 or where it is absent, and on those whose
 *     sequences are plain numbers, which tell when they opened it
 * @param documents how many documents it has
 * @param deleted how many deleted documents it remembers
 * @param sequence the position in the feed after its last change, as the raw token; null where the server does not say
 * @param purges how many purges it had, as the raw token; null where the server does not say
 * @param copies how many copies of each document the cluster keeps; empty where the server does not say
 * @param shards in how many shards it keeps them; empty where the server does not say
 */
public record DatabaseFacts(
        String instanceStartTime,
        long documents,
        long deleted,
        @Nullable JsonElement sequence,
        @Nullable JsonElement purges,
        OptionalLong copies,
        OptionalLong shards) {
    public DatabaseFacts {
        if (documents < 0 || deleted < 0) {
            throw new IllegalStateException(
                    "a database with %s documents and %s deleted ones".formatted(documents, deleted));
        }
    }
}
