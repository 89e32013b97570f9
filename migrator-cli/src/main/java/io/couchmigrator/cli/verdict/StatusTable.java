// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.MigrationInfo.Phase;
import io.couchmigrator.MigrationInfo.Reach;
import io.couchmigrator.MigrationInfo.StageReach;
import io.couchmigrator.cli.text.Numbers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** How far stages are, as a table of at most 80 columns. */
final class StatusTable {
    private static final int NAME = 21;
    private static final int COUNT = 11;
    private static final String ROW = "%-21s %11s %11s %4s %8s %10s %8s";

    private StatusTable() {}

    /** @param goesOn whether the stages are at work now, so that their rate counts */
    static List<String> lines(Reach reach, boolean goesOn) {
        List<String> lines = new ArrayList<>();
        lines.add(ROW.formatted("stage", "done", "total", "%", "docs/s", "left", "rejects"));
        reach.stages().forEach(stage -> lines.add(line(name(stage.stage()), stage, goesOn)));
        if (reach.stages().size() > 1) {
            lines.add(line("in all", reach.all(), goesOn));
        }
        return lines;
    }

    private static String line(String name, StageReach stage, boolean goesOn) {
        boolean reads = goesOn && stage.phase() == Phase.READING;
        return ROW.formatted(
                name,
                count(stage.done()),
                stage.total().isPresent() ? count(stage.total().getAsLong()) : "?",
                percent(stage),
                reads && stage.rate().isPresent()
                        ? count(Math.round(stage.rate().getAsDouble()))
                        : reads ? "?" : "",
                left(stage, goesOn),
                count(stage.rejects()));
    }

    private static String left(StageReach stage, boolean goesOn) {
        return switch (stage.phase()) {
            case NOT_BEGUN -> "not begun";
            case READING -> goesOn ? stage.remaining().map(StatusTable::time).orElse("?") : "unfinished";
            case CATCHING_UP -> "catches up";
            case COMPLETE -> "complete";
        };
    }

    /** All is 100 only if nothing is left. */
    private static String percent(StageReach stage) {
        OptionalLong total = stage.total();
        if (total.isEmpty()) {
            return "?";
        }
        if (stage.done() >= total.getAsLong()) {
            return stage.left().orElse(1) == 0 ? "100%" : "99%";
        }
        return stage.done() * 100 / total.getAsLong() + "%";
    }

    private static String time(Duration left) {
        return left.toDays() > 0
                ? String.format(Locale.ROOT, "%dd %02dh", left.toDays(), left.toHoursPart())
                : String.format(
                        Locale.ROOT, "%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }

    private static String count(long count) {
        String grouped = Numbers.of(count);
        return grouped.length() > COUNT ? String.valueOf(count) : grouped;
    }

    /** The end of a name tells more than its middle. */
    private static String name(String name) {
        int half = NAME / 2;
        return name.length() <= NAME
                ? name
                : name.substring(0, half - 1) + "…" + name.substring(name.length() - (NAME - half));
    }
}
