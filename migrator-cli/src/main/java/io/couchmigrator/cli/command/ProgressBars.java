// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.Progress;
import io.couchmigrator.Progress.Speed;
import io.couchmigrator.Progress.Whole;
import io.couchmigrator.cli.text.Durations;
import io.couchmigrator.cli.text.Numbers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** One line for the stage that is read and one for all, of 80 columns at most: in fewer, what matters least is left out. */
final class ProgressBars {
    private static final int COLUMNS = 80;
    private static final int NAME = 14;
    private static final int SHORTEST_BAR = 8;

    private ProgressBars() {}

    /** Returns the lines of a stage, for so many columns. */
    static List<String> of(Progress progress, int columns) {
        String percent = percent(progress.read(), progress.total());
        String documents = speed(progress, Speed::documents) + "/s";
        String bytes = speed(progress, Speed::bytes) + "B/s";
        String rows = Numbers.brief((double) progress.rows()) + " rows";
        String rejects = Numbers.brief((double) progress.rejected()) + " rej.";
        String eta = eta(progress.remaining());
        return List.of(
                line(
                        progress.stage(),
                        (double) progress.read() / progress.total(),
                        List.of(percent, documents, bytes, rows, rejects, eta),
                        List.of(bytes, rows, rejects, documents, percent, eta),
                        columns),
                of(progress.whole(), columns));
    }

    private static String speed(Progress progress, ToDoubleFunction<Speed> of) {
        return progress.speed()
                .map(speed -> Numbers.brief(of.applyAsDouble(speed)))
                .orElse("?");
    }

    /** Returns the line of all stages, for so many columns. */
    static String of(Whole whole, int columns) {
        boolean counted = whole.total().isPresent();
        long total = whole.total().orElse(0);
        String percent = counted ? percent(whole.read(), total) : "   ?";
        String read = "%s of %s".formatted(Numbers.of(whole.read()), counted ? Numbers.of(total) : "?");
        String eta = eta(whole.remaining());
        return line(
                "all",
                counted ? (double) whole.read() / total : 0,
                List.of(percent, read, eta),
                List.of(read, percent, eta),
                columns);
    }

    /** @param dispensable the facts, those first without which a narrow line does */
    private static String line(String name, double part, List<String> facts, List<String> dispensable, int columns) {
        int most = Math.min(columns, COLUMNS);
        int ofName = Math.min(NAME, most / 3);
        List<String> told = new ArrayList<>(facts);
        for (String fact : dispensable) {
            if (ofName + width(told) <= most) {
                break;
            }
            told.remove(fact);
        }
        int left = most - ofName - width(told);
        String bar = left >= SHORTEST_BAR ? " " + bar(part, left - 1) : " ".repeat(left);
        return cut(name, ofName) + bar + (told.isEmpty() ? "" : " " + String.join(" ", told));
    }

    private static int width(List<String> facts) {
        return facts.stream().mapToInt(fact -> 1 + fact.length()).sum();
    }

    private static String cut(String name, int columns) {
        return name.length() > columns ? name.substring(0, columns) : name + " ".repeat(columns - name.length());
    }

    private static String bar(double part, int columns) {
        int inner = columns - 2;
        int full = Double.isNaN(part) ? inner : (int) Math.min(inner, inner * part);
        return "[" + "#".repeat(full) + ".".repeat(inner - full) + "]";
    }

    private static String percent(long read, long total) {
        return "%3s%%".formatted(total == 0 ? 100 : Math.min(100, 100 * read / total));
    }

    private static String eta(Optional<Duration> remaining) {
        return "ETA " + remaining.map(Durations::seconds).orElse("?");
    }
}
