// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Result;
import io.couchmigrator.Result.Audit;
import io.couchmigrator.Tallies;
import io.couchmigrator.cli.text.Durations;
import io.couchmigrator.cli.text.Numbers;
import io.couchmigrator.cli.text.OperatorWords;
import io.couchmigrator.cli.text.Secrets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says how a run ended and what to do next: always the last lines on the console. */
public final class Verdict {
    static final String NOT_FIT = "The offset file is not fit for this ";

    private final String slug;
    private final Optional<String> completionTable;
    private final Path logDirectory;
    private final VerifyVerdict verification;

    /** @param sharded whether several databases hold the rows */
    public Verdict(Migration migration, Path logDirectory, boolean sharded) {
        this.slug = migration.slug();
        this.completionTable =
                migration.completion().map(completion -> completion.table().toString());
        this.logDirectory = logDirectory;
        this.verification = new VerifyVerdict(slug, logDirectory, sharded);
    }

    /** Returns what the audit of a run saw; empty if nothing was audited. */
    public static Optional<String> audit(Result result) {
        Audit audit = result.audit();
        return audit.pages() == 0
                ? Optional.empty()
                : Optional.of("%s read: %s from CouchDB's own count%s. Only verify compares rows."
                        .formatted(
                                Numbers.of(audit.pages(), "page", "pages"),
                                audit.differences() == 0
                                        ? "no difference"
                                        : Numbers.of(audit.differences(), "difference", "differences"),
                                audit.differences() > 0 && result.failures().isEmpty()
                                        ? ", explained by changes or read again"
                                        : ""));
    }

    /** Returns what is told of documents that were rejected, missing, different or extra and no longer are; empty if there are none. */
    public Optional<String> resolved(long count) {
        return count == 0
                ? Optional.empty()
                : Optional.of("Resolved: %s that %s rejected, missing, different or extra, named in %s."
                        .formatted(Numbers.of(count, "document", "documents"), count == 1 ? "was" : "were", rejects()));
    }

    /**
     * Returns what is told of stages that were skipped for lack of their tables; empty if there are none. Those that no
     * run has come to are told by the verdict on a verification.
     *
     * @param stages those that were skipped, for whatever reason
     */
    public static Optional<String> skipped(Result result, List<String> stages) {
        List<String> missing = stages.stream()
                .filter(stage -> !result.gaps().unfinished().contains(stage))
                .toList();
        boolean ended =
                switch (result.outcome()) {
                    case COMPLETE, REJECTS_OUTSTANDING, INCOMPLETE, DIFFERENCES_FOUND -> true;
                    default -> false;
                };
        return !ended || missing.isEmpty()
                ? Optional.empty()
                : Optional.of("%s skipped, since %s not in the database that was looked into: %s."
                        .formatted(
                                Numbers.of(missing.size(), "stage was", "stages were"),
                                missing.size() == 1 ? "its table is" : "their tables are",
                                String.join(", ", missing)));
    }

    /**
     * Returns the verdict on a run.
     *
     * @param next the command that goes on with it
     * @param verify the command that compares all
     * @param rejects the command that lists what is outstanding
     */
    public Ending of(Result result, String next, String verify, String rejects) {
        return switch (result.outcome()) {
            case COMPLETE ->
                Ending.of("%s is complete: %s.%s"
                        .formatted(
                                slug,
                                rowsOfThisRun(result),
                                completionTable
                                        .map(" Recorded in %s."::formatted)
                                        .orElse("")));
            case REJECTS_OUTSTANDING -> outstanding(result, next, verify, rejects);
            case STOPPED -> stopped(result, "This run: " + rows(result), next);
            case SOURCE_FAILED -> failed("CouchDB failed", result, next);
            case TARGET_FAILED -> failed("PostgreSQL failed", result, next);
            case STOPPED_BY_LIMIT -> stoppedByLimit(result, "This run: " + rows(result), next);
            case LOG_DIRECTORY_FAILED -> failed("The log directory cannot be used", result, next);
            case OFFSETS_REFUSED -> failed(NOT_FIT + "run", result, next);
            case BUSY -> busy(result, next);
            case DIFFERENCES_FOUND, INCOMPLETE -> throw impossible("run", result);
        };
    }

    private Ending outstanding(Result result, String next, String verify, String rejects) {
        List<String> lines = new ArrayList<>();
        lines.add("%s is complete, but for rejects: %s.%s"
                .formatted(
                        slug,
                        rowsOfThisRun(result),
                        completionTable
                                .map(
                                        " This run is not recorded in %s; an earlier record, if there is one, stays."
                                                ::formatted)
                                .orElse("")));
        long again = result.outstandingAgain();
        lines.add("%s. To list them, and how to mend each:".formatted(outstanding(result.outstanding(), again)));
        lines.add(indented(rejects));
        if (again < result.outstanding()) {
            lines.add("When the cause is mended, run the same command again:");
            lines.add(indented(next));
        }
        if (again > 0) {
            lines.add(writtenAgain(again));
            lines.add(indented(verify));
        }
        return new Ending(lines, Optional.of(again < result.outstanding() ? next : verify));
    }

    private static String outstanding(long all, long again) {
        return again == 0
                ? Numbers.of(all, "reject is", "rejects are") + " outstanding"
                : "%s outstanding, %s of them found by verify"
                        .formatted(Numbers.of(all, "document is", "documents are"), Numbers.of(again));
    }

    private static String writtenAgain(long count) {
        String them = count == 1 ? "it" : "them";
        return "%s written once more that verify had found missing or different although a run had written %s. No run can tell whether that lasts. When nothing undoes it any more, verify, which takes %s off the list:"
                .formatted(Numbers.of(count, "document was", "documents were"), them, them);
    }

    /**
     * Returns the verdict on a verification.
     *
     * @param findings where they are listed; empty if in several files, one for each part of it
     * @param next the command that goes on with it
     * @param run the command that brings what is missing
     * @param whole the command that compares all; empty if this one did
     */
    public Ending ofVerification(
            Result result, Optional<Path> findings, String next, String run, Optional<String> whole) {
        String compared = verification.compared(result);
        return switch (result.outcome()) {
            case COMPLETE, REJECTS_OUTSTANDING, INCOMPLETE, DIFFERENCES_FOUND ->
                verification.of(result, findings, next, run, whole);
            case STOPPED -> stopped(result, "Verified so far: " + compared, next);
            case SOURCE_FAILED -> failedVerification("CouchDB failed", result, compared, next);
            case TARGET_FAILED -> failedVerification("PostgreSQL failed", result, compared, next);
            case LOG_DIRECTORY_FAILED -> failedVerification("The log directory cannot be used", result, compared, next);
            case OFFSETS_REFUSED ->
                VerifyVerdict.refused(result, next, run)
                        .orElseGet(() -> failedVerification(NOT_FIT + "verification", result, compared, next));
            case BUSY -> busy(result, next);
            case STOPPED_BY_LIMIT -> stoppedByLimit(result, "Verified so far: " + compared, next);
        };
    }

    private static Ending stopped(Result result, String counted, String next) {
        String how = "Stopped at your request. " + done(result) + " To go on, run the same command again:";
        return Ending.goingOn(List.of(counted + ".", how), next);
    }

    private static Ending stoppedByLimit(Result result, String counted, String next) {
        LimitVerdict limit = LimitVerdict.of(result);
        return failed("Stopped by " + limit.option(), result, counted, limit.advice(), next);
    }

    private static Ending busy(Result result, String next) {
        return Ending.goingOn(
                List.of(
                        "Another run of this migration goes on, or a table of it is another's or nobody's (exit status %s). Do what the error above says. If that is to wait for a run, then run the same command again:"
                                .formatted(result.outcome().exitStatus())),
                next);
    }

    private static IllegalArgumentException impossible(String what, Result result) {
        return new IllegalArgumentException("no %s ends with %s".formatted(what, result.outcome()));
    }

    private static Ending failed(String what, Result result, String next) {
        Mended mended = Mended.ofFailures(result.failures());
        return failed(
                what, result, "This run: " + rows(result), whenMended(result, mended.with()), mended.command(next));
    }

    private static Ending failedVerification(String what, Result result, String compared, String next) {
        return failed(what, result, "Verified so far: " + compared, whenMended(result, ""), next);
    }

    /** @param with with what the command is given again */
    private static String whenMended(Result result, String with) {
        boolean one = result.failures().size() == 1;
        return "When the %s above %s mended, run the same command again%s:"
                .formatted(one ? "error" : "errors", one ? "is" : "are", with);
    }

    private static Ending failed(String what, Result result, String counted, String advice, String next) {
        return Ending.goingOn(
                List.of(
                        counted + ".",
                        "%s (exit status %s). %s %s"
                                .formatted(what, result.outcome().exitStatus(), done(result), advice)),
                next);
    }

    /** Returns the verdict on a run that ran into a bug of this program; {@code log} is the file that tells more of it. */
    public Ending ofUnexpected(Throwable failure, Duration elapsed, Path log, String next) {
        return Ending.goingOn(
                List.of(
                        "%s ended unexpectedly after %s: %s.".formatted(slug, Durations.seconds(elapsed), bug(failure)),
                        "Please report this bug and send the file %s. What was committed is kept. To go on, run the same command again:"
                                .formatted(log)),
                next);
    }

    /** Returns the line that stands above the verdict for each thing that went wrong. */
    public static String error(MigrationException failure) {
        return "Error: " + message(failure);
    }

    /** Returns what a failure says, in an operator's words and without secrets. */
    public static String message(MigrationException failure) {
        return said(String.valueOf(failure.getMessage()));
    }

    static String said(String text) {
        return OperatorWords.of(Secrets.masked(text));
    }

    /** Names an exception and the line it comes from, without its trace. */
    public static String bug(Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        return Secrets.masked(failure.toString()) + (trace.length == 0 ? "" : " at " + trace[0]);
    }

    private Path rejects() {
        return logDirectory.resolve(slug + ".rejects.jsonl");
    }

    private static String rowsOfThisRun(Result result) {
        return rows(result) + (wentOn(result) ? " in this run" : "");
    }

    private static String rows(Result result) {
        Tallies tallies = result.tallies();
        String deleted = tallies.deleted() > 0 ? ", %s deleted".formatted(Numbers.of(tallies.deleted())) : "";
        return "%s written, %s already there%s, %s rejected, %s"
                .formatted(
                        Numbers.of(tallies.written(), "row", "rows"),
                        Numbers.of(tallies.alreadyThere()),
                        deleted,
                        Numbers.of(tallies.rejected()),
                        Durations.seconds(result.elapsed()));
    }

    static String done(Result result) {
        return result.done() == 0 && result.tallies().read() == 0
                ? "No document was read."
                : "%s%s of %s done."
                        .formatted(
                                wentOn(result) ? "In all runs, " : "",
                                Numbers.of(result.done()),
                                Numbers.of(result.total(), "document is", "documents are"));
    }

    /** Whether earlier runs did a part of what is done. */
    private static boolean wentOn(Result result) {
        return result.previously() > 0;
    }

    static String indented(String command) {
        return "    " + command;
    }
}
