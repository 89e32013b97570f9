// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.DatabaseFacts;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.retry.Patience;
import java.util.OptionalLong;

/**
 * How far a feed is read to which others go on writing, so that it ends and yet misses nothing that was pending when
 * reading began.
 *
 * <p>A cluster merges its shards in no order, so that what came meanwhile may stand before what was pending long ago.
 * Where the source tells what is pending, reading therefore ends when nothing is. It goes in legs, each as long as what is
 * pending at its beginning; after the second, one that begins with no fewer than the one before is not read: the source is
 * written as fast as it is read, and would keep the reader for ever. Where the source does not tell, it is one server,
 * whose feed is in order, and each document shows once in it: the leg is as long as there are documents.
 *
 * <p>Used by one thread.
 */
final class FeedBound {
    private long pending;
    private long end;
    private boolean inFirstLeg = true;

    /** @param pending the most changes that are pending now */
    FeedBound(long pending) {
        this.pending = pending;
        this.end = pending;
    }

    /**
     * Returns the bound of a feed that was not read yet, but for a first page.
     *
     * @param first that page
     */
    static FeedBound of(PageEnd first, String database, CouchClient couch, Patience patience) {
        return new FeedBound(pending(first).orElseGet(() -> {
            DatabaseFacts facts = patience.persist(() -> couch.database(database));
            return facts.documents() + facts.deleted();
        }));
    }

    /** Returns how much was pending before a page; empty if the source does not say. An empty page says that nothing was. */
    static OptionalLong pending(PageEnd page) {
        boolean told = page.rows() == 0 || page.pending().isPresent();
        return told ? OptionalLong.of(page.rows() + page.pending().orElse(0)) : OptionalLong.empty();
    }

    /**
     * Returns whether to read on.
     *
     * @param read how many changes were read so far
     * @param left how many are pending now, as far as the source says
     */
    boolean allows(long read, long left) {
        if (read < end) {
            return true;
        }
        boolean allowed = left > 0 && (inFirstLeg || left < pending);
        inFirstLeg = false;
        pending = left;
        end = read + left;
        return allowed;
    }
}
