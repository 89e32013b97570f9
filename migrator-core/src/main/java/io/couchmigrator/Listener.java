// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Hears what a run does. Every method does nothing by default.
 *
 * <p>Calls come from several threads but never two at once, and the run waits for them: an implementation should be
 * quick. What it throws is logged and otherwise ignored.
 */
public interface Listener {
    /**
     * The run holds the lock.
     *
     * @param files the common beginning of the files of this run, such as {@code
     *     logs/orders-run-20181024T205839Z}
     */
    default void started(Path files) {}

    /** Offset and rejects files of an earlier run were put aside, because the caller asked to start over. */
    default void setAside(Path file) {}

    /**
     * A stage's documents are about to be read.
     *
     * @param migrationLog takes what is odd about documents; in a verification, what it finds
     */
    default void stageStarted(Progress progress, Path migrationLog) {}

    /**
     * It was chosen how documents of a stage are read, where there is a choice ({@link CouchServer.Reading}): before or soon after the
     * first is, and once more if fields alone turn out not to come.
     */
    default void readingChosen(String stage, CouchServer.Chosen chosen) {}

    /** A batch of a stage was committed; called every five minutes besides, whether there was one or not. */
    default void progressed(Progress progress) {}

    /** All documents of a stage were read; catching up comes next. */
    default void stageRead(Progress progress) {}

    /** A stage was complete before this run; the changes since then, where the source can tell, are read next. */
    default void stageWasComplete(String stage, Instant since, OptionalLong changes) {}

    /**
     * A stage is skipped.
     *
     * @param reason says so, and why
     */
    default void stageSkipped(String stage, String reason) {}

    /**
     * Changes since the start are about to be read.
     *
     * @param pending how many the source reports; empty where it does not
     */
    default void catchingUp(String stage, OptionalLong pending) {}

    /**
     * Changes were read and their rows written.
     *
     * @param rows how many were inserted or changed
     * @param deleted how many were deleted, of documents that have none any more
     */
    default void caughtUp(String stage, long changes, long rows, long deleted) {}

    /**
     * A stage is finished for now.
     *
     * @param rejected documents it rejected in this run
     * @param rejects where they are listed
     */
    default void stageFinished(String stage, long rejected, Path rejects) {}

    /**
     * A stage is finished for now, and something was odd about documents that were not rejected for it. Called after
     * {@link #stageFinished}.
     *
     * @param entries how many entries {@link Context#log} took of the stage in this run, by their member {@code error}, the
     *     most frequent first; "other" where they have none
     * @param migrationLog where they are
     */
    default void stageLogged(String stage, Map<String, Long> entries, Path migrationLog) {}

    /**
     * A stage was verified to its end.
     *
     * @param tallies what was counted of it, in all parts of this verification
     * @param findings where they are listed
     */
    default void stageVerified(String stage, Tallies tallies, Path findings) {}

    /** An attempt failed in passing and will be made again after a pause. */
    default void retrying(Wait wait) {}

    /**
     * Something holds up the run, or a part of it: called some seconds after it began, as {@link Wait.Kind} says, and each minute while it
     * does.
     */
    default void waiting(Wait wait) {}

    /** What {@link #waiting} told of is over. Not called where the run ends instead. */
    default void resumed(Wait wait) {}

    /**
     * The run goes on as fast as the file in the log directory says now, or without it if it is gone.
     *
     * @param by that file, which may be gone
     * @param documentsPerSecond as of {@link Migrator.Builder#maxDocumentsPerSecond}
     */
    default void throttled(Path by, int documentsPerSecond) {}

    /** A document could not be stored. */
    default void rejected(Rejection rejection) {}

    /** A document rejected earlier, or missing to a verification, was stored, or is gone, or counts no longer. */
    default void resolved(String stage, String id) {}

    /** Something the operator should know that stops nothing. */
    default void warned(String message) {}

    /**
     * Something that is waited for. Immutable. Of one kind, on one server, there is one at a time.
     *
     * @param kind what it is
     * @param on which server, for people: {@code CouchDB at http://…} or {@code PostgreSQL}; of a pause, the file in the log directory that
     *     says so
     * @param cause what the last attempt ran into, or what the server waits for itself, as far as it tells
     * @param since when it began
     * @param until when the run gives up; empty if it does not for this, or that is not known yet
     */
    record Wait(Kind kind, String on, String cause, Instant since, Optional<Instant> until) {
        /** What is waited for. */
        public enum Kind {
            /** A server is away, or refuses for now. Told within five seconds. */
            OUTAGE,
            /** A server has been asked, and not a byte of its answer has come for five seconds. */
            SILENCE,
            /** A transaction of PostgreSQL waits for a lock of somebody else. Told within five seconds. */
            LOCK,
            /** A statement of PostgreSQL, or its commit, takes longer than ten seconds, for whatever reason. */
            STATEMENT,
            /**
             * An operator wants it: the batches in hand are finished, and nothing more is read, but for the one page of a worker that waits
             * meanwhile because of {@link Migrator.Builder#maxDocumentsPerSecond}. Told at once.
             */
            PAUSE
        }
    }
}
