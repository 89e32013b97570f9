// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.CheckReport;
import io.couchmigrator.MigrationException;
import io.couchmigrator.Outcome;
import io.couchmigrator.cli.text.Numbers;
import java.util.List;

/** Says what came of a check and what to do next. */
public record CheckVerdict(String slug, CheckReport report) {
    /** Returns the command that checks again, which {@code same} did. */
    public String again(String same) {
        return Mended.ofFailures(report.faults()).command(same);
    }

    /** Returns the verdict; {@code next} is the command to give now. */
    public List<String> lines(String next) {
        return List.of(report.faults().isEmpty() ? canRun() : cannotRun(), Verdict.indented(next));
    }

    private String canRun() {
        long documents = report.stages().stream()
                .mapToLong(stage -> stage.documents().orElse(0))
                .sum();
        return "%s can run: %s in %s. To run it:"
                .formatted(
                        slug,
                        Numbers.of(documents, "document", "documents"),
                        Numbers.of(report.stages().size(), "stage", "stages"));
    }

    private String cannotRun() {
        int faults = report.faults().size();
        return "%s cannot run: %s. Nothing was written. When the %s above %s mended, check again%s:"
                .formatted(
                        slug,
                        Numbers.of(faults, "fault", "faults"),
                        faults == 1 ? "error" : "errors",
                        faults == 1 ? "is" : "are",
                        Mended.ofFailures(report.faults()).with());
    }

    /** Returns where the privileges that are missing are to be had as a script; {@code command} prints it. */
    public static List<String> grants(String command) {
        return List.of("To have the privileges that are missing as a script for psql:", Verdict.indented(command));
    }

    /** Returns the status of a check: that of the fault which would have decided a run's. */
    public int exitStatus() {
        return report.faults().stream()
                .map(MigrationException::outcome)
                .min(Outcome::compareTo)
                .orElse(Outcome.COMPLETE)
                .exitStatus();
    }
}
