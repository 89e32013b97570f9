// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.couch.Meter;
import io.couchmigrator.internal.couch.RowConsumer;
import io.couchmigrator.internal.couch.StatusException;
import io.couchmigrator.internal.couch.Wanted;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Reporter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How documents of a stage are read: whole, or those fields alone that it wants. Both bring the same, so that any page may
 * come by either. It is chosen by one thread, and then safe for use by multiple threads.
 */
final class Way {
    /**
     * From how many bytes a document on fields alone are read, and what each field adds: about where both ways cost the servers alike, so
     * that a network decides. Drawn from two sizes: docs/performance.md.
     */
    private static final int WORTH_BYTES = 2_000;

    private static final int WORTH_BYTES_A_FIELD = 600;

    /** After so many pages that had to be read in another way, if they are half of all, nothing is gained any more. */
    private static final int MOST_MISSES = 8;

    private final DocumentStage<?> stage;
    private final Wanted wanted;
    private final Reading reading;
    private final CouchClient couch;
    private final Reporter reporter;

    private volatile @Nullable Chosen chosen;
    private int pages;
    private int misses;

    /**
     * Creates one.
     *
     * @param wanted what is read of each document
     * @param reading what the caller wants
     */
    Way(DocumentStage<?> stage, Wanted wanted, Reading reading, CouchClient couch, Reporter reporter) {
        this.stage = stage;
        this.wanted = wanted;
        this.reading = wanted.bodies() && !wanted.text() ? reading : Reading.WHOLE;
        this.couch = couch;
        this.reporter = reporter;
    }

    /** Returns whether there is still something to choose: where everything is wanted, or nothing, there is not. */
    boolean isOpen() {
        return chosen == null && reading != Reading.WHOLE;
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

    /** Reads fields alone of some documents. */
    @FunctionalInterface
    interface Sample {
        void read(RowConsumer rows) throws PassingException;
    }

    /**
     * Chooses, if there is something to choose, and that can be told.
     *
     * @param bytes how large a document is; 0 if that is not known
     * @param sample what is compared with whole documents before it is relied on
     */
    void choose(long bytes, Sample sample) {
        if (isOpen() && (reading == Reading.FIELDS || bytes > 0)) {
            choose(best(bytes, sample));
        }
    }

    /** Returns whether another way to ask for fields alone can be relied on, too. */
    boolean proves(Sample sample) {
        try {
            FieldsProof proof = proof(sample);
            proof.difference().ifPresent(this::doubt);
            return proof.doubt().isEmpty();
        } catch (PassingException e) {
            return false;
        } catch (SourceException e) {
            refused(e);
            return false;
        }
    }

    private FieldsProof proof(Sample sample) throws PassingException {
        FieldsProof proof = new FieldsProof();
        sample.read(proof::alone);
        couch.documents(stage.database(), proof.ids(), wanted, Meter.NONE, proof::whole);
        return proof;
    }

    private void choose(Chosen best) {
        chosen = best;
        reporter.tell(to -> to.readingChosen(stage.name(), best));
    }

    private Chosen best(long bytes, Sample sample) {
        long worth = WORTH_BYTES + (long) WORTH_BYTES_A_FIELD * wanted.fields().size();
        String size = "documents of about %s bytes".formatted(bytes);
        if (reading == Reading.AUTO && bytes < worth) {
            return whole("%s; fields alone pay from %s on".formatted(size, worth));
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
            return proof(sample)
                    .doubt()
                    .map(Way::whole)
                    .orElseGet(() -> new Chosen(Reading.FIELDS, bytes == 0 ? "as it was asked for" : size));
        } catch (PassingException e) {
            return whole("the question for fields alone failed: " + e.seen());
        } catch (SourceException e) {
            return whole(refusal(e));
        }
    }

    private static Chosen whole(String reason) {
        return new Chosen(Reading.WHOLE, reason);
    }

    /** Only a status says that the question was not taken. */
    private static String refusal(SourceException e) {
        return "the server, or a proxy in between, does not send fields alone (%s)"
                .formatted(StatusException.causing(e).orElseThrow(() -> e).getMessage());
    }

    /** Takes note that fields alone cannot be relied on. */
    synchronized void doubt(String reason) {
        if (isByFields()) {
            choose(whole(reason));
        }
    }

    /** Takes note that the server does not take the question, or throws what else failed for good. */
    void refused(SourceException e) {
        doubt(refusal(e));
    }

    /**
     * Takes note of a page.
     *
     * @param came whether fields alone of most of its documents came; else the page, or most of it, came in another way
     */
    synchronized void page(boolean came) {
        pages++;
        misses += came ? 0 : 1;
        if (misses >= MOST_MISSES && misses * 2 >= pages) {
            doubt("of %s pages the fields alone of %s did not come".formatted(pages, misses));
        }
    }
}
