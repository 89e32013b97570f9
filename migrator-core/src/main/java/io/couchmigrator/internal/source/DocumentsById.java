// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.common.collect.Lists;
import io.couchmigrator.internal.couch.BrokenAnswerException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.CouchRow.State;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads documents by id, so that one that cannot be read hides no other. Safe for use by multiple threads.
 *
 * @param mostBytes how much may be read at once, of more than one document
 */
record DocumentsById(CouchClient couch, Patience patience, long mostBytes) {
    private static final int MOST_AT_ONCE = 200;

    /** How many documents on either side may be as bad as the one that is suspected. */
    private static final int WITNESSES = 5;

    /**
     * Tells what the server knows of each id: a document, that it is gone, or that it cannot be read.
     *
     * @param consumer takes one after another, while no answer is open
     */
    void read(String database, List<String> ids, Wanted wanted, Consumer<CouchRow> consumer) {
        for (List<String> some : Lists.partition(ids, MOST_AT_ONCE)) {
            part(database, some, wanted, consumer);
        }
    }

    private void part(String database, List<String> ids, Wanted wanted, Consumer<CouchRow> consumer) {
        Optional<List<CouchRow>> page = wholePage(database, ids, wanted);
        if (page.isPresent()) {
            page.get().forEach(consumer);
        } else if (ids.size() > 1) {
            part(database, ids.subList(0, ids.size() / 2), wanted, consumer);
            part(database, ids.subList(ids.size() / 2, ids.size()), wanted, consumer);
        } else {
            consumer.accept(alone(database, ids.get(0), wanted));
        }
    }

    /** Reads documents; empty if the answer broke twice, or is too large. */
    private Optional<List<CouchRow>> wholePage(String database, List<String> ids, Wanted wanted) {
        int[] broken = {0};
        return patience.persist(() -> {
            try {
                return Optional.of(page(database, ids, wanted));
            } catch (Intake.FullException e) {
                return Optional.empty();
            } catch (BrokenAnswerException e) {
                if (++broken[0] < 2) {
                    throw e;
                }
                return Optional.empty();
            }
        });
    }

    /** Reads the one document whose answer broke twice; it is to blame only if the server is well otherwise. */
    private CouchRow alone(String database, String id, Wanted wanted) {
        return patience.persist(() -> {
            couch.database(database);
            try {
                return page(database, List.of(id), wanted).get(0);
            } catch (BrokenAnswerException e) {
                if (!readsAnother(database, id, wanted)) {
                    throw e;
                }
                return CouchRow.of(id, State.UNREADABLE);
            }
        });
    }

    /** A server that is overloaded fails on every body, and then no document is to blame. */
    private boolean readsAnother(String database, String id, Wanted wanted) throws PassingException {
        List<CouchRow> others = new ArrayList<>();
        couch.page(KeyPage.ids(database, id + "\0", WITNESSES), Meter.NONE, others::add);
        couch.page(KeyPage.ids(database, null, WITNESSES), Meter.NONE, others::add);
        others.removeIf(other -> other.id().equals(id));
        boolean read = others.isEmpty();
        for (int i = 0; i < others.size() && !read; i++) {
            read = isReadable(database, others.get(i).id(), wanted);
        }
        return read;
    }

    private boolean isReadable(String database, String id, Wanted wanted) throws PassingException {
        try {
            page(database, List.of(id), wanted);
            return true;
        } catch (BrokenAnswerException e) {
            return false;
        }
    }

    /** An id that is not answered must not be taken for that of a document which is gone. */
    private List<CouchRow> page(String database, List<String> ids, Wanted wanted) throws PassingException {
        List<CouchRow> page = new ArrayList<>();
        long[] bytes = {0};
        couch.documents(database, ids, wanted, Meter.NONE, row -> {
            bytes[0] += row.bytes();
            if (bytes[0] > mostBytes && !page.isEmpty()) {
                throw new Intake.FullException();
            }
            page.add(row);
        });
        Set<String> unanswered = new LinkedHashSet<>(ids);
        page.forEach(row -> unanswered.remove(row.id()));
        if (!unanswered.isEmpty()) {
            throw new IllegalStateException(
                    "%s of %s documents of \"%s\" were asked for by id and not answered: this is a bug"
                            .formatted(unanswered.size(), ids.size(), database));
        }
        return page;
    }
}
