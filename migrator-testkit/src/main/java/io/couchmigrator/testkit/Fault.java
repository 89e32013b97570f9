// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import okio.Sink;

/**
 * Something that goes wrong with one answer of a {@link CouchDouble}; {@link #on} says when.
 *
 * <p>Counts of bytes are of the body as the client reads it: headers and the framing of chunks are not counted.
 * Immutable.
 */
public abstract sealed class Fault permits Replacement, TransitFault, ContentFault {
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

    /** Answers an {@code offset} that is wrong by so much. */
    public static Fault falseOffset(long difference) {
        return ContentFault.displacing(difference);
    }

    /** Lets this fault happen to every request that meets the condition; the rule narrows it further. */
    public final FaultRule on(Predicate<CouchRequest> condition) {
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

    boolean hides(StoredDocument document) {
        return false;
    }

    boolean omits(StoredDocument document) {
        return false;
    }

    long offset(long exact) {
        return exact;
    }

    @Override
    public final String toString() {
        return description;
    }
}
