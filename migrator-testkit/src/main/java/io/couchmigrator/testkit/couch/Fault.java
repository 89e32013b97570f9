// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.StoredDocument;
import io.couchmigrator.testkit.faults.FaultRule;
import io.couchmigrator.testkit.faults.Signal;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import okio.Sink;

/**
 * Something that goes wrong with one answer of a {@link CouchDouble}; {@link #on} says when.
 *
 * <p>Counts of bytes are of the body as the client reads it, but for {@link #cutHeadersAfterBytes}: headers and the
 * framing of chunks are not counted. Immutable.
 */
public abstract sealed class Fault permits Replacement, HeadFault, TransitFault, RowFault, ContentFault {
    private final String description;

    Fault(String description) {
        this.description = description;
    }

    /** Answers with this HTTP status instead; the body is CouchDB's for it unless the fault is given another. */
    public static Replacement status(int status) {
        return Replacement.answering(status);
    }

    /** Answers 302 with this {@code Location}. */
    public static Fault redirect(String location) {
        return status(302).header("Location", location);
    }

    /** Closes the connection instead of answering. */
    public static Fault disconnect() {
        return Replacement.closing();
    }

    /** Does not answer until {@link CouchDouble#release}; then as if nothing had been. */
    public static Fault silence() {
        return Replacement.waiting();
    }

    /**
     * Sends this much of the status line and the headers, then closes the connection; where they are shorter, all of
     * them. Over https it sends that much of their record, of which a client can read nothing.
     */
    public static Fault cutHeadersAfterBytes(long bytes) {
        return HeadFault.cutAt(bytes);
    }

    /**
     * Answers a {@code Content-Length} that is wrong by so much, but not below 0. An answer that is sent in chunks has
     * none: it stays as it is.
     */
    public static Fault falseLength(long difference) {
        return HeadFault.lengthening(difference);
    }

    /** Answers with this header besides the usual ones, or in the place of the one that has its name. */
    public static Fault falseHeader(String name, String value) {
        return HeadFault.header(name, value);
    }

    /** Sends this much of the body, then closes the connection. */
    public static Fault cutAfterBytes(long bytes) {
        return TransitFault.cutAt(bytes);
    }

    /** Sends this many rows, then closes the connection. */
    public static Fault cutAfterRows(int rows) {
        return TransitFault.cutAtRow(rows);
    }

    /** Sends this much of the body, then nothing until {@link CouchDouble#release}; then the rest. */
    public static Fault stallAfterBytes(long bytes) {
        return TransitFault.stallAt(bytes);
    }

    /** Replaces the body's byte at this position, counted from 0, by one that is never legal in UTF-8. */
    public static Fault corruptByte(long position) {
        return TransitFault.corruptAt(position);
    }

    /** Sends this much of the body, then ends the response properly, as if that were all. */
    public static Fault truncateAfterBytes(long bytes) {
        return TransitFault.endAt(bytes);
    }

    /** Sends the body in pieces of so many bytes, with a pause before each. */
    public static Fault dribble(int bytes, Duration pause) {
        return TransitFault.dribbling(bytes, pause);
    }

    /** Answers {@code "doc":null} for this document, as if its body could not be read. */
    public static Fault hideBody(String id) {
        return ContentFault.hiding(id);
    }

    /** Leaves this document's row out of a page of {@code _all_docs}, as if it did not exist; what is counted stays. */
    public static Fault omitRow(String id) {
        return ContentFault.omitting(id);
    }

    /**
     * Sends this row of an answer of {@code _all_docs}, counted from 1, once more in the place of the next one, so that as
     * many come as there should; the last one is followed by itself.
     *
     * @throws IllegalArgumentException if the row is less than 1
     */
    public static Fault repeatRow(int row) {
        return RowFault.repeating(row);
    }

    /**
     * Sends this row of an answer of {@code _all_docs}, counted from 1, after the next one; the last one stays.
     *
     * @throws IllegalArgumentException if the row is less than 1
     */
    public static Fault swapRow(int row) {
        return RowFault.swapping(row);
    }

    /** Answers an {@code offset} that is wrong by so much. */
    public static Fault falseOffset(long difference) {
        return ContentFault.displacing(difference);
    }

    /**
     * Answers a page of {@code _all_docs} or {@code _changes} as if so many rows had been asked for at most, as a proxy
     * does that lowers {@code limit}.
     */
    public static Fault lowerLimit(int rows) {
        return ContentFault.limiting(rows);
    }

    /** Lets this fault happen to every request that meets the condition; the rule narrows it further. */
    public final FaultRule<Fault, CouchRequest> on(Predicate<CouchRequest> condition) {
        return FaultRule.always(this, condition);
    }

    /** The answer to give instead, if the fault has one. */
    Optional<Answer> instead() {
        return Optional.empty();
    }

    /** Whether the answer waits for a release. */
    boolean silent() {
        return false;
    }

    /** Whether the connection ends instead of an answer. */
    boolean closes() {
        return false;
    }

    /** After how many bytes the status line and the headers end, and the connection with them. */
    OptionalLong cutsHeadAfter() {
        return OptionalLong.empty();
    }

    /** Changes the headers that are about to be sent. */
    void forge(Map<String, String> headers) {}

    /** Whether the body ends early but properly, so that its length cannot be told beforehand. */
    boolean shortens() {
        return false;
    }

    /** Whether the body ends after this row, counted from 1. */
    boolean cutsAfterRow(int row) {
        return false;
    }

    /** What stands between the body and the wire. */
    Sink transit(Sink wire, Signal signal) throws IOException {
        return wire;
    }

    /** The rows to send of those of an answer. */
    <T> List<T> rows(List<T> rows) {
        return rows;
    }

    boolean hides(StoredDocument document) {
        return false;
    }

    boolean omits(StoredDocument document) {
        return false;
    }

    long offset(long exact) {
        return exact;
    }

    /** The most rows to send if so many were asked for. */
    int limit(int asked) {
        return asked;
    }

    @Override
    public final String toString() {
        return description;
    }
}
