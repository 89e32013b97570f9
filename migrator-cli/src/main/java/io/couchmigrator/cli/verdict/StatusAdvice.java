// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import static io.couchmigrator.cli.verdict.Verdict.indented;

import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.MigrationInfo.Reach;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.Outcome;
import io.couchmigrator.cli.verdict.StatusText.Commands;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Says what to do next about a migration, for people. */
record StatusAdvice(MigrationInfo info, Path logDirectory, Commands commands) {
    /** Returns the lines, of which commands are indented. */
    List<String> lines() {
        return switch (info.state()) {
            case NONE ->
                List.of("Looked into %s: is that the directory that the run was given?".formatted(logDirectory));
            case RUNNING, VERIFYING -> whileItGoesOn();
            case STOPPED, FAILED, KILLED -> onceItEnded();
            case COMPLETE -> onceItIsComplete();
        };
    }

    /** Returns how the verification ended that came after the latest run; empty if none did. */
    static Optional<Outcome> verified(MigrationInfo info) {
        return info.verification().flatMap(Reach::latest).flatMap(LatestRun::outcome);
    }

    /** Returns whether the latest run had completed it, whatever became of its offset file since. */
    static boolean wasCompleted(MigrationInfo info) {
        return info.migration()
                .latest()
                .flatMap(LatestRun::outcome)
                .filter(outcome -> outcome == Outcome.COMPLETE || outcome == Outcome.REJECTS_OUTSTANDING)
                .isPresent();
    }

    private List<String> whileItGoesOn() {
        List<String> lines = new ArrayList<>();
        info.holder().ifPresent(holder -> {
            lines.add("To stop it, with all that is done saved, on host %s:".formatted(holder.host()));
            lines.add(indented("kill " + holder.pid()));
        });
        commands.watch().ifPresent(watch -> {
            lines.add("To watch it:");
            lines.add(indented(watch));
        });
        return lines;
    }

    private List<String> onceItEnded() {
        boolean saved = info.migration().checkpoint().isPresent();
        if (!saved && wasCompleted(info)) {
            return List.of("The offset file is gone: the next run would read all again. Put it back from a copy.");
        }
        List<String> lines = new ArrayList<>();
        String first = info.state() == State.FAILED ? "When that is mended" : "To go on";
        if (isHeldByRejects()) {
            lines.addAll(listing());
            first = "When their cause is mended, or the limit is raised";
        }
        Mended mended = Mended.of(info.migration().latest().flatMap(LatestRun::error).stream()
                .filter(error -> info.state() == State.FAILED)
                .toList());
        lines.add("%s, run %s%s%s:"
                .formatted(first, sameCommand(), mended.with(), saved ? "" : "; nothing was saved yet"));
        lines.add(indented(mended.command(commands.goOn())));
        return lines;
    }

    private boolean isHeldByRejects() {
        return info.migration()
                .latest()
                .flatMap(LatestRun::limit)
                .filter(limit -> limit == Limit.REJECTS)
                .isPresent();
    }

    private List<String> listing() {
        return List.of("To list the rejects, and how to mend them:", indented(commands.rejects()));
    }

    private List<String> onceItIsComplete() {
        Optional<Outcome> verified = verified(info);
        if (verified.equals(Optional.of(Outcome.DIFFERENCES_FOUND))) {
            return runThenVerify("What verify found is listed in %s. To mend it"
                    .formatted(logDirectory.resolve(info.slug() + "-verify-*.jsonl")));
        }
        if (verified.equals(Optional.of(Outcome.BUSY))) {
            return runThenVerify("Once no other run has what verify was to compare");
        }
        if (info.migration().all().rejects() > 0) {
            return listing();
        }
        if (verified.equals(Optional.of(Outcome.INCOMPLETE)) && wasInFull()) {
            return runThenVerify("To bring the rest");
        }
        return verified.equals(Optional.of(Outcome.COMPLETE))
                ? List.of(
                        "Nothing is left to do. To bring what changes later, run %s:".formatted(sameCommand()),
                        indented(commands.goOn()))
                : List.of("To compare all rows:", indented(commands.verify()));
    }

    private List<String> runThenVerify(String why) {
        return List.of(
                "%s, run %s:".formatted(why, sameCommand()),
                indented(commands.goOn()),
                "Then verify again:",
                indented(commands.verify()));
    }

    private boolean wasInFull() {
        return info.verification()
                .flatMap(Reach::latest)
                .filter(verification -> !verification.settings().containsKey("depth"))
                .isPresent();
    }

    /** The log directory does not tell all that a run was given. */
    private String sameCommand() {
        String same = "the same command again, with what else it was given";
        if (commands.begun().isEmpty()) {
            return same;
        }
        boolean one = commands.begun().size() == 1;
        String begun = info.state() == State.COMPLETE
                ? (one ? "was" : "were") + " for that run alone"
                : (one ? "is" : "are") + " under way";
        return "%s, but without %s, which %s".formatted(same, String.join(" and ", commands.begun()), begun);
    }
}
