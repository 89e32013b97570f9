// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.PageEnd;
import io.couchmigrator.internal.couch.RowConsumer;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.ranges.RangePlan;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of CouchDB for one stage, each one attempt, and what to throw where its answers do not fit. Safe for use by
 * multiple threads.
 *
 * @param wanted what is read of each document
 * @param way how it is read
 * @param patience how long to bear with the server
 */
record DocumentRequests(DocumentStage<?> stage, Wanted wanted, Way way, CouchClient couch, Patience patience) {
    private static final Logger LOG = LoggerFactory.getLogger(DocumentRequests.class);

    /** Beyond all ids but those that begin like it, by their UTF-16 units, and by their code points. */
    private static final List<String> ENDS = List.of("\uffff".repeat(8), "\udbff\udfff".repeat(8));

    String database() {
        return stage.database();
    }

    /** Reads whole documents where a range goes on. */
    PageEnd page(RangeOffset at, int limit, boolean buffered, Meter meter, RowConsumer consumer)
            throws PassingException {
        return page(page(at, wanted, limit, buffered), at, meter, consumer);
    }

    /**
     * Reads fields alone where a range goes on: of the documents of a page of ids, which decides what there is.
     *
     * @return empty if the fields did not come; the consumer may have taken rows all the same, which are to be dropped
     */
    Optional<PageEnd> fields(RangeOffset at, int limit, boolean buffered, Meter meter, RowConsumer consumer)
            throws PassingException {
        List<CouchRow> ids = new ArrayList<>();
        PageEnd end = page(page(at, Wanted.IDS, limit, buffered), at, Meter.NONE, ids::add);
        if (ids.isEmpty()) {
            return Optional.of(end);
        }
        FieldsOfPage page = new FieldsOfPage(ids, consumer);
        try {
            PageEnd fields = couch.fields(database(), ids.get(0).id(), ids.size(), wanted, meter, page::take);
            way.page(page.end() * 2 >= ids.size());
            return Optional.of(end.with(fields));
        } catch (PassingException e) {
            LOG.debug("fields alone did not come: {}", e.seen());
        } catch (SourceException e) {
            way.refused(e);
        }
        return Optional.empty();
    }

    /** Reads fields alone of a few documents where ranges begin. */
    void sampleFields(List<RangeOffset> ranges, RowConsumer consumer) throws PassingException {
        int step = Math.max(1, ranges.size() / FieldsProof.MOST);
        for (int i = step; i < ranges.size(); i += step) {
            sampleFields(ranges.get(i), 1, consumer);
        }
        // Where all begin with the same, it is to be more than that.
        if (!ranges.isEmpty()) {
            sampleFields(ranges.get(0), FieldsProof.MOST, consumer);
        }
    }

    private void sampleFields(RangeOffset range, int most, RowConsumer consumer) throws PassingException {
        String from = RangePlan.from(range);
        couch.fields(database(), from == null ? "" : from, most, wanted, Meter.NONE, consumer);
    }

    /** Reads ids where a range goes on. */
    void ids(RangeOffset at, int limit, RowConsumer consumer) throws PassingException {
        page(page(at, Wanted.IDS, limit, false), at, Meter.NONE, consumer);
    }

    /** Reads documents where a range goes on, to see how large they are. */
    PageEnd sample(RangeOffset at, int limit) throws PassingException {
        return couch.page(page(at, Wanted.SIZES, limit, false), Meter.NONE, row -> {});
    }

    /**
     * Asks again where an empty page would be taken for the end of all, and no rank tells that it is: PouchDB Server sends ids that
     * begin beyond U+00FF only on a page that says where it ends.
     */
    private PageEnd page(KeyPage page, RangeOffset at, Meter meter, RowConsumer consumer) throws PassingException {
        PageEnd read = couch.page(page, meter, consumer);
        if (at.rank().isEmpty() && page.before() == null) {
            for (Iterator<String> ends = ENDS.iterator(); read.rows() == 0 && ends.hasNext(); ) {
                read = couch.page(page.before(ends.next()), meter, consumer);
            }
        }
        return read;
    }

    private KeyPage page(RangeOffset at, Wanted wanted, int limit, boolean buffered) {
        return new KeyPage(database(), wanted, RangePlan.from(at), RangePlan.before(at), limit, buffered);
    }

    /** Reads whole documents that changed since a position, or now if that is null. */
    PageEnd changes(@Nullable JsonElement since, int limit, Meter meter, RowConsumer consumer) throws PassingException {
        return couch.changes(database(), since, limit, wanted, meter, consumer);
    }

    /**
     * Reads fields alone of documents that changed since a position.
     *
     * @return empty if they did not come; the consumer may have taken rows all the same, which are to be dropped
     */
    Optional<PageEnd> changedFields(@Nullable JsonElement since, int limit, Meter meter, RowConsumer consumer)
            throws PassingException {
        try {
            return Optional.of(couch.changedFields(database(), since, limit, wanted, meter, consumer));
        } catch (PassingException e) {
            LOG.debug("fields alone of changes did not come: {}", e.seen());
        } catch (SourceException e) {
            way.refused(e);
        }
        return Optional.empty();
    }

    /** Reads fields alone of a few documents that changed since a position. */
    void sampleChanges(@Nullable JsonElement since, RowConsumer consumer) throws PassingException {
        couch.changedFields(database(), since, FieldsProof.MOST, wanted, Meter.NONE, consumer);
    }

    /** Reads the ids of documents that changed since a position, or now if that is null. */
    PageEnd changedIds(@Nullable JsonElement since, int limit, RowConsumer consumer) throws PassingException {
        return couch.changes(database(), since, limit, Wanted.IDS, Meter.NONE, consumer);
    }

    /** Returns what to throw where a server counts documents that it does not send. */
    PassingException missing(long documents) {
        String seen = "nothing came where %s documents are counted".formatted(documents);
        return new PassingException(new SourceException(failed(seen) + ": look at the server's log"), seen, null);
    }

    /** Returns what to throw where a server sends one id after another that does not come before it. */
    PassingException outOfOrder(String earlier, String later) {
        String seen = "\"%s\" came after \"%s\" on one page".formatted(later, earlier);
        String message = failed(seen)
                + ": it repeats or misorders documents: look at its log and its shards, and at any proxy in between";
        return new PassingException(new SourceException(message), seen, null);
    }

    /** Returns what to throw where a server answers something else than it was asked for. */
    SourceException ignoredKey(String from, String seen) {
        String asked = from.endsWith("\0")
                ? "after \"%s\"".formatted(from.substring(0, from.length() - 1))
                : "from \"%s\" on".formatted(from);
        return new SourceException(failed("asked for what comes %s, seen \"%s\"".formatted(asked, seen))
                + ": look for a cache or proxy in between");
    }

    /** Returns what could not be done, and why. */
    String failed(String seen) {
        return "could not read %s: %s".formatted(what(), seen);
    }

    /** Returns what is read, for people. */
    String what() {
        return "documents of \"%s\" from %s".formatted(database(), couch.name());
    }
}
