// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import com.google.gson.JsonElement;
import io.couchmigrator.internal.couch.DatabaseFacts;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices a feed that begins from its beginning although it was asked for less, as it does, without a word, for a sequence
 * of another database: it has more to tell than the database has had changes since. Used by one thread.
 */
final class FeedRewind {
    private final String stage;
    private final Supplier<DatabaseFacts> facts;
    private final Reporter reporter;
    private boolean told;

    /**
     * Creates one.
     *
     * @param facts asks the server about the database
     */
    FeedRewind(String stage, Supplier<DatabaseFacts> facts, Reporter reporter) {
        this.stage = stage;
        this.facts = facts;
        this.reporter = reporter;
    }

    /** Tells, once, if a feed that has just been asked has too much to tell since a sequence. */
    void tell(@Nullable JsonElement since, long pending) {
        if (!told && pending > 0 && isRewound(since, facts.get(), pending)) {
            told = true;
            reporter.tell(to -> to.warned(
                    "CouchDB does not know the sequence of stage \"%s\" and tells of all changes from the beginning (%s), as after a database was copied or a shard replaced: they are read, which costs time and loses nothing"
                            .formatted(stage, pending)));
        }
    }

    private static boolean isRewound(@Nullable JsonElement since, DatabaseFacts facts, long pending) {
        OptionalLong advance = SequenceNumber.advance(since, facts.sequence());
        // Copies of one shard count for themselves: only without copies the numbers are exact.
        boolean exact = facts.copies().equals(OptionalLong.of(1));
        return advance.isPresent() && pending > advance.getAsLong() && (exact || pending >= facts.documents());
    }
}
