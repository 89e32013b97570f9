// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.List;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much a stage asks CouchDB for at once, and how fast: by the sizes of its documents, what the server allows, and the
 * throttle. Safe for use by multiple threads.
 */
final class Pace {
    private static final Logger LOG = LoggerFactory.getLogger(Pace.class);
    private static final int SAMPLES = 16;
    private static final int SAMPLE_ROWS = 4;
    private static final long MOST_SAMPLED_BYTES = 16 << 20;

    private final CouchClient couch;
    private final Throttle throttle;
    private final StopSignal stop;
    private final PageSize size;

    Pace(CouchClient couch, Throttle throttle, StopSignal stop, int chunkSize) {
        this.couch = couch;
        this.throttle = throttle;
        this.stop = stop;
        this.size = new PageSize(chunkSize);
    }

    /** A few documents where each of some ranges begins are an even sample of sizes. */
    void sample(List<RangeOffset> ranges, DocumentRequests requests) {
        List<RangeOffset> open = ranges.stream().filter(range -> !range.done()).toList();
        int step = Math.max(1, (open.size() + SAMPLES - 1) / SAMPLES);
        if (throttle.most(SAMPLES * SAMPLE_ROWS) < SAMPLES * SAMPLE_ROWS) {
            return;
        }
        long bytes = 0;
        for (int i = 0; i < open.size() && bytes < MOST_SAMPLED_BYTES; i += step) {
            stop.check();
            OptionalLong sampled = sampled(open.get(i), requests);
            bytes += sampled.orElse(MOST_SAMPLED_BYTES);
        }
    }

    /** What breaks here is met again by those who read, and can wait. */
    private OptionalLong sampled(RangeOffset range, DocumentRequests requests) {
        try {
            PageEnd end = requests.sample(range, SAMPLE_ROWS);
            read(end);
            return OptionalLong.of(end.bytes());
        } catch (PassingException e) {
            LOG.debug("no sample of sizes: {}", e.seen());
            return OptionalLong.empty();
        }
    }

    /** Waits until what was read is paid for. */
    void pay() {
        throttle.pay();
    }

    /** Returns how many documents to ask for at once. */
    int rows() {
        return throttle.most(Math.min(size.rows(), couch.mostRows()));
    }

    /** Returns whether the server is to send a page of so many documents in few pieces. */
    boolean isBuffered(int rows) {
        return size.isBuffered(rows);
    }

    /** Returns how large a document was on the wire, on pages like the last ones; 0 if none was read. */
    double bytesPerDocument() {
        return size.bytesPerRow();
    }

    /** Forgets how large documents were: they come in another way from here on. */
    void anew() {
        size.forget();
    }

    /** Takes note of a page that was read. */
    void read(PageEnd page) {
        size.seen(page.rows(), page.bytes());
        throttle.read(page.rows());
    }
}
