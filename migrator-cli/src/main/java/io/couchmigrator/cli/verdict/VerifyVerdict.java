// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.cli.text.Durations;
import io.couchmigrator.cli.text.Numbers;
import io.couchmigrator.cli.text.OperatorWords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Says what a verification found that came to its end, and what to do next.
 *
 * @param sharded whether several databases hold the rows, so that some may be misplaced
 */
record VerifyVerdict(String slug, Path logDirectory, boolean sharded) {
    /**
     * Returns the verdict.
     *
     * @param findings where they are listed; empty if in several files, one for each part of it
     * @param next the command that verifies again
     * @param run the command that brings what is missing
     * @param whole the command that compares all; empty if this one did
     */
    Ending of(Result result, Optional<Path> findings, String next, String run, Optional<String> whole) {
        Verified found = result.tallies().verified();
        List<String> lines = new ArrayList<>();
        lines.add("%s %s: %s.".formatted(slug, word(result, whole.isPresent()), compared(result)));
        result.gaps().unfinished().forEach(stage -> lines.add("Stage %s: no run has completed it.".formatted(stage)));
        result.gaps().notCompared().forEach(gap -> lines.add(OperatorWords.of(gap) + "."));
        if (found.misplaced() > 0) {
            lines.add(
                    "Rows of misplaced documents are also in the databases that the list names as misplaced_in, where the application does not look for them. Delete them there.");
        }
        if (found.again() > 0) {
            lines.add(
                    "%s missing or different although a run wrote %s since: a trigger of the table changes what is written, another document has the same key, or somebody else changes the row. Mend that first."
                            .formatted(
                                    Numbers.of(found.again(), "document is", "documents are"),
                                    found.again() == 1 ? "it" : "them"));
        }
        if (result.outcome() == Outcome.DIFFERENCES_FOUND || found.leftAlone() > 0) {
            lines.add("What was found is listed in %s."
                    .formatted(findings.orElse(logDirectory.resolve(slug + "-verify-*.jsonl"))));
        }
        if (result.outstanding() > 0 && result.outcome() != Outcome.DIFFERENCES_FOUND) {
            lines.add("%s outstanding, listed in %s."
                    .formatted(
                            Numbers.of(result.outstanding(), "reject is", "rejects are"),
                            logDirectory.resolve(slug + ".rejects.jsonl")));
        }
        return advice(result, next, run, whole).below(lines);
    }

    /** Returns the verdict on one that only a run which reads all again lets go on; empty if that is not so. */
    static Optional<Ending> refused(Result result, String next, String run) {
        Mended mended = Mended.ofFailures(result.failures());
        return mended.beforeVerifying(run)
                .map(reread -> new Ending(
                        List.of(
                                "%sverification (exit status %s). %s Verify as the run did that wrote the file, or first read all again:"
                                        .formatted(
                                                Verdict.NOT_FIT,
                                                result.outcome().exitStatus(),
                                                Verdict.done(result)),
                                Verdict.indented(reread),
                                "Then verify again:",
                                Verdict.indented(next)),
                        Optional.of(reread)));
    }

    private static String word(Result result, boolean partly) {
        return switch (result.outcome()) {
            case DIFFERENCES_FOUND -> "differs";
            case INCOMPLETE ->
                partly && !isLeftToMigrate(result)
                        ? "is right as far as it was compared"
                        : "is right as far as it could be compared, but not complete";
            case REJECTS_OUTSTANDING -> "is verified, but for rejects";
            default -> "is verified";
        };
    }

    private static boolean isLeftToMigrate(Result result) {
        return result.tallies().verified().notYetMigrated() > 0
                || !result.gaps().unfinished().isEmpty();
    }

    private static Ending advice(Result result, String next, String run, Optional<String> whole) {
        Verified found = result.tallies().verified();
        if (found.extra() > 0) {
            return advice(
                    "To bring what is missing and delete what is extra, run the migration, then verify again:", run);
        }
        if (found.missing() + found.different() > 0) {
            return advice("To bring what is missing, run the migration, then verify again:", run);
        }
        if (isLeftToMigrate(result)) {
            return advice("To migrate the rest, run the migration, then verify again:", run);
        }
        if (found.misplaced() > 0) {
            return advice("When those rows are deleted, verify again:", next);
        }
        if (whole.isPresent()) {
            return advice("To compare all that the rows hold:", whole.get());
        }
        if (!result.gaps().isEmpty()) {
            return advice("When what kept it from looking is mended, verify again:", next);
        }
        return result.outstanding() > 0
                ? advice("When the cause of the rejects is mended, run the migration, then verify again:", run)
                : new Ending(List.of(), Optional.empty());
    }

    private static Ending advice(String what, String command) {
        return Ending.goingOn(List.of(what), command);
    }

    /** Returns the numbers that are not zero: rows as they stand in the table, then documents, each of which counts once. */
    String compared(Result result) {
        Tallies tallies = result.tallies();
        if (tallies.read() == 0 && !hasEnded(result)) {
            return "nothing; " + Durations.seconds(result.elapsed());
        }
        String rows = Numbers.of(tallies.alreadyThere(), "row", "rows");
        String documents = Numbers.of(tallies.read() - tallies.filtered(), "document", "documents");
        List<String> ofRows = ofRows(tallies);
        List<String> ofDocuments = ofDocuments(tallies);
        String elapsed = Durations.seconds(result.elapsed());
        if (ofRows.isEmpty() && ofDocuments.isEmpty()) {
            String all = result.outcome() == Outcome.COMPLETE ? ", all" : "";
            return "%s of %s%s as they should be; %s".formatted(rows, documents, all, elapsed);
        }
        ofRows.add(0, rows + " as they should be");
        return "%s; of %s %s; %s"
                .formatted(String.join(", ", ofRows), documents, String.join(", ", ofDocuments), elapsed);
    }

    private static boolean hasEnded(Result result) {
        return switch (result.outcome()) {
            case COMPLETE, REJECTS_OUTSTANDING, INCOMPLETE, DIFFERENCES_FOUND -> true;
            default -> false;
        };
    }

    private List<String> ofRows(Tallies tallies) {
        Rows rows = tallies.rows();
        List<String> parts = new ArrayList<>();
        part(parts, rows.missing(), "missing");
        part(parts, rows.different(), "different" + whose(tallies.verified()));
        part(parts, rows.leftAlone(), "different and left alone");
        part(parts, rows.extra(), "extra");
        misplaced(parts, rows.misplaced());
        return parts;
    }

    /** A row that a document has outgrown since a run came to it is different, and no fault. */
    private static String whose(Verified found) {
        if (found.notYetMigrated() == 0) {
            return "";
        }
        return found.missing() + found.different() == 0
                ? " (of documents not yet migrated)"
                : " (those of documents not yet migrated included)";
    }

    private List<String> ofDocuments(Tallies tallies) {
        Verified found = tallies.verified();
        List<String> parts = new ArrayList<>();
        part(parts, found.missing(), "missing");
        part(parts, found.different(), "different");
        part(parts, found.leftAlone(), "different and left alone");
        part(parts, found.extra(), "extra");
        misplaced(parts, found.misplaced());
        part(parts, found.notYetMigrated(), "not yet migrated");
        part(parts, tallies.rejected(), "rejected");
        return parts;
    }

    private static void part(List<String> parts, long count, String what) {
        if (count > 0) {
            parts.add(Numbers.of(count) + " " + what);
        }
    }

    /** Where rows can be misplaced, it is told that none is. */
    private void misplaced(List<String> parts, long count) {
        if (sharded || count > 0) {
            parts.add(Numbers.of(count) + " misplaced");
        }
    }
}
