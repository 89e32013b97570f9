// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.CouchRow;
import io.couchmigrator.internal.couch.KeyPage;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.StatusException;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Reporter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How documents of a stage are read: whole, or those fields alone that it wants. Both bring the same, so that any page may
 * come by either. Safe for use by multiple threads.
 */
final class Way {
    /** From how many bytes a document on it costs less to send fields alone, measured on one machine: docs/performance.md. */
    static final int WORTH_BYTES = 3_000;

    /** How many documents are read both ways before fields alone are relied on. */
    private static final int PROOF = 16;

    /** After so many failures in a row where everything else comes, it is this way that fails. */
    private static final int MOST_FAILURES = 3;

    /** Of how many documents it is told whether enough of them come. */
    private static final int ENOUGH = 100;

    private final DocumentStage<?> stage;
    private final Wanted wanted;
    private final CouchClient couch;
    private final Pace pace;
    private final Reporter reporter;

    private volatile @Nullable Chosen chosen;
    private int failures;
    private long asked;
    private long brought;

    /**
     * Creates one.
     *
     * @param wanted what is read of each document
     * @param pace knows how large documents are, and is told when that changes
     */
    Way(DocumentStage<?> stage, Wanted wanted, CouchClient couch, Pace pace, Reporter reporter) {
        this.stage = stage;
        this.wanted = wanted;
        this.couch = couch;
        this.pace = pace;
        this.reporter = reporter;
    }

    /** Returns whether there is anything to choose: where everything is wanted, or nothing, there is not. */
    boolean isOpen() {
        return chosen == null && wanted.bodies() && !wanted.text() && couch.reading() != Reading.WHOLE;
    }

    /** Returns whether fields alone are to be read. */
    boolean isByFields() {
        Chosen now = chosen;
        return now != null && now.reading() == Reading.FIELDS;
    }

    /** Returns what was chosen; empty as long as nothing was, and where there is nothing to choose. */
    Optional<Chosen> chosen() {
        return Optional.ofNullable(chosen);
    }

    /** Chooses, once it is known how large documents are. What fails in passing is tried again with the next page. */
    void choose() {
        if (isOpen()) {
            chooseOnce();
        }
    }

    private synchronized void chooseOnce() {
        long bytes = Math.round(pace.bytesPerDocument());
        if (!isOpen() || (couch.reading() == Reading.AUTO && bytes == 0)) {
            return;
        }
        try {
            choose(best(bytes));
        } catch (PassingException e) {
            failed(e.seen());
        }
    }

    private void choose(Chosen best) {
        if (isByFields() || best.reading() == Reading.FIELDS) {
            pace.anew();
        }
        chosen = best;
        reporter.tell(to -> to.readingChosen(stage.name(), best));
    }

    private Chosen best(long bytes) throws PassingException {
        String size = "documents of about %s bytes".formatted(bytes);
        if (couch.reading() == Reading.AUTO && bytes < WORTH_BYTES) {
            return whole("%s; fields alone pay from %s on".formatted(size, WORTH_BYTES));
        }
        if (!CouchClient.canExpress(wanted.fields())) {
            return whole("CouchDB cannot be asked for a field whose name is empty or has a backslash");
        }
        try {
            String index = couch.indexOfFields(stage.database(), wanted);
            if (!index.equals("special")) {
                return whole(
                        "CouchDB would search an index of type \"%s\", which may leave out documents".formatted(index));
            }
            return differing()
                    .map(id -> whole("fields alone of \"%s\" are not those that it has".formatted(id)))
                    .orElseGet(() -> new Chosen(Reading.FIELDS, bytes == 0 ? "as it was asked for" : size));
        } catch (SourceException e) {
            if (StatusException.causing(e).isEmpty()) {
                throw e;
            }
            return whole(refusal(e));
        }
    }

    private static Chosen whole(String reason) {
        return new Chosen(Reading.WHOLE, reason);
    }

    private static String refusal(SourceException e) {
        return "the server, or a proxy in between, does not send fields alone (%s)"
                .formatted(StatusException.causing(e).map(Throwable::getMessage).orElse("no status"));
    }

    /** Reads the first documents both ways, and returns one of which that is not the same. */
    private Optional<String> differing() throws PassingException {
        Map<String, CouchRow> whole = new HashMap<>();
        List<String> ids = new ArrayList<>();
        couch.page(new KeyPage(stage.database(), wanted, null, null, PROOF, false), Meter.NONE, row -> {
            whole.put(row.id(), row);
            ids.add(row.id());
        });
        List<String> differing = new ArrayList<>();
        if (!ids.isEmpty()) {
            couch.fields(stage.database(), ids.get(0), PROOF, wanted, Meter.NONE, row -> {
                CouchRow other = whole.get(row.id());
                if (other != null
                        && other.rev().equals(row.rev())
                        && !other.fields().equals(row.fields())) {
                    differing.add(row.id());
                }
            });
        }
        return differing.stream().findFirst();
    }

    /** Takes note that an answer came to its end. */
    synchronized void came() {
        failures = 0;
    }

    /** Takes note that fields alone of so many documents came, of so many that were asked for. */
    synchronized void brought(long documents, long of) {
        asked += of;
        brought += documents;
        if (isByFields() && asked >= ENOUGH && brought < asked / 2) {
            choose(whole("of %s documents the fields alone of %s came".formatted(asked, brought)));
        }
    }

    /** Takes note that the server does not take the question. */
    synchronized void refused(SourceException e) {
        if (isByFields()) {
            choose(whole(refusal(e)));
        }
    }

    /**
     * Takes note that the answer failed where others came.
     *
     * @param seen what it ran into
     */
    synchronized void failed(String seen) {
        failures++;
        if (failures >= MOST_FAILURES && (chosen == null || isByFields())) {
            choose(whole("fields alone failed %s times in a row: %s".formatted(failures, seen)));
        }
    }
}
