// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.StopSignal;
import java.util.List;
import java.util.Optional;
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
    /** What CouchDB may have to read for one answer of fields alone. */
    private static final long MOST_READ_FOR_FIELDS = 32 << 20;

    private final CouchClient couch;
    private final Throttle throttle;
    private final StopSignal stop;
    /** Of pages of whole documents, and of pages of fields alone. */
    private final PageSize whole;

    private final PageSize fields;

    Pace(CouchClient couch, Throttle throttle, StopSignal stop, int chunkSize) {
        this.couch = couch;
        this.throttle = throttle;
        this.stop = stop;
        this.whole = new PageSize(chunkSize);
        this.fields = new PageSize(chunkSize);
    }

    /**
     * A few documents where each of some ranges begins are an even sample of sizes.
     *
     * @return how many bytes a document of the sample has; 0 if there is none
     */
    long sample(List<RangeOffset> ranges, DocumentRequests requests) {
        List<RangeOffset> open = ranges.stream().filter(range -> !range.done()).toList();
        int step = Math.max(1, (open.size() + SAMPLES - 1) / SAMPLES);
        if (throttle.most(SAMPLES * SAMPLE_ROWS) < SAMPLES * SAMPLE_ROWS) {
            return 0;
        }
        long bytes = 0;
        long rows = 0;
        boolean readable = true;
        for (int i = 0; i < open.size() && bytes < MOST_SAMPLED_BYTES && readable; i += step) {
            stop.check();
            Optional<PageEnd> sampled = sampled(open.get(i), requests);
            bytes += sampled.map(PageEnd::bytes).orElse(0L);
            rows += sampled.map(PageEnd::rows).orElse(0L);
            readable = sampled.isPresent();
        }
        return rows == 0 ? 0 : bytes / rows;
    }

    /** What breaks here is met again by those who read, and can wait. */
    private Optional<PageEnd> sampled(RangeOffset range, DocumentRequests requests) {
        try {
            PageEnd end = requests.sample(range, SAMPLE_ROWS);
            read(end);
            return Optional.of(end);
        } catch (PassingException e) {
            LOG.debug("no sample of sizes: {}", e.seen());
            return Optional.empty();
        }
    }

    /** Waits until what was read is paid for. */
    void pay() {
        throttle.pay();
    }

    /** Returns how many documents to ask for at once. */
    int rows() {
        return allowed(whole.rows());
    }

    /** Returns of how many documents to ask for fields alone at once: CouchDB reads the whole of them all the same. */
    int rowsOfFields() {
        return allowed(Math.min(fields.rows(), whole.most(MOST_READ_FOR_FIELDS)));
    }

    private int allowed(int rows) {
        return throttle.most(Math.min(rows, couch.mostRows()));
    }

    /** Returns whether the server is to send a page of so many documents in few pieces. */
    boolean isBuffered(int rows) {
        return whole.isBuffered(rows);
    }

    /** Takes note of a page of whole documents that was read. */
    void read(PageEnd page) {
        whole.seen(page.rows(), page.bytes());
        throttle.read(page.rows());
    }

    /** Takes note of a page of fields alone that was read. */
    void readFields(PageEnd page) {
        fields.seen(page.rows(), page.bytes());
        throttle.read(page.rows());
    }
}
