// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.retry.Reporter;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Notices a feed that begins from its beginning although it was asked for less, as it does, without a word, for a sequence
 * of another database: it tells of every document, although the
 * database has had fewer changes since. Used by one thread.
 */
final class FeedRewind {
    private final String stage;
    private final Supplier<SourceLook> look;
    private final Reporter reporter;
    private boolean told;

    /**
     * Creates one.
     *
     * @param look looks at the database
     */
    FeedRewind(String stage, Supplier<SourceLook> look, Reporter reporter) {
        this.stage = stage;
        this.look = look;
        this.reporter = reporter;
    }

    /** Tells, once, if a feed that has just been asked has too much to tell since a stage stood there. */
    void tell(StageOffset since, long pending) {
        if (!told && pending > 0 && isRewound(since, look.get(), pending)) {
            told = true;
            reporter.tell(to -> to.warned(
                    "CouchDB does not know the sequence of stage \"%s\" and tells of all changes from the beginning (%s), as after a database was copied or a shard replaced: they are read, which costs time and loses nothing"
                            .formatted(stage, pending)));
        }
    }

    private static boolean isRewound(StageOffset since, SourceLook look, long pending) {
        OptionalLong advance = look.said().advance(since);
        return advance.isPresent() && pending > advance.getAsLong() && look.isRewound(since, pending);
    }
}
