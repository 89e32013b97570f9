// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import io.couchmigrator.CheckReport;
import io.couchmigrator.CheckReport.Cluster;
import io.couchmigrator.CheckReport.Connections;
import io.couchmigrator.CheckReport.Server;
import io.couchmigrator.CheckReport.SourceCheck;
import io.couchmigrator.CheckReport.StageCheck;
import io.couchmigrator.CheckReport.TableCheck;
import io.couchmigrator.CheckReport.TargetCheck;
import io.couchmigrator.TargetException;
import io.couchmigrator.TargetException.Lack;
import io.couchmigrator.cli.text.Numbers;
import io.couchmigrator.cli.text.OperatorWords;
import io.couchmigrator.cli.text.Printable;
import io.couchmigrator.cli.text.Readings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a check found, in lines for whoever plans a run. */
public record Plan(CheckReport report, Path logDirectory) {
    private static final int WIDTH = 80;
    private static final String UNKNOWN = "unknown";
    private static final List<String> UNITS = List.of("kB", "MB", "GB", "TB");

    /** Returns what there is at both servers, and how much of it. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(source(report.source()));
        for (TargetCheck target : report.targets()) {
            lines.add(target(target));
            lines.add("  connections: %s needed, %s"
                    .formatted(
                            Numbers.of(target.connectionsNeeded()),
                            target.server()
                                    .flatMap(Server::connections)
                                    .map(seen -> free(seen, target.connectionsNeeded()))
                                    .orElse("free: " + UNKNOWN)));
            target.tables().forEach(table -> lines.add("  %s: %s".formatted(table.name(), rows(table))));
        }
        lines.add("Log directory %s: %s"
                .formatted(
                        logDirectory,
                        report.freeBytes().isPresent()
                                ? bytes(report.freeBytes().getAsLong()) + " free"
                                : "free space " + UNKNOWN));
        report.stages().forEach(stage -> {
            lines.add(stage(stage));
            stage.reading().ifPresent(chosen -> lines.add(cut("  " + Readings.told(chosen))));
        });
        return lines;
    }

    /** Returns what would keep a verification from being made, though not a run; what grants it is in the script. */
    public List<String> warnings() {
        return report.verifyFaults().stream()
                .map(fault -> fault.lack().map(Plan::what).orElseGet(() -> Verdict.message(fault)))
                .toList();
    }

    /** Returns the statements that grant what a run or a verification lacks, each behind a line that says what for. */
    public List<String> grants() {
        List<String> lines = new ArrayList<>();
        Stream.concat(report.faults().stream(), report.verifyFaults().stream()).forEach(fault -> {
            if (fault instanceof TargetException target && target.lack().isPresent()) {
                Lack lack = target.lack().get();
                lines.add("-- " + Printable.text(what(lack)));
                lines.add(lack.grant() + ";");
            }
        });
        return lines;
    }

    private static String what(Lack lack) {
        return Verdict.said(lack.what());
    }

    private String source(SourceCheck source) {
        return "%s: version %s, %s, %s"
                .formatted(source.name(), source.version().orElse(UNKNOWN), tls(source.tls()), cluster());
    }

    private String cluster() {
        List<Cluster> clusters = report.stages().stream()
                .map(StageCheck::cluster)
                .flatMap(Optional::stream)
                .toList();
        return "n=%s, q=%s"
                .formatted(
                        distinct(clusters.stream().map(Cluster::copies)),
                        distinct(clusters.stream().map(Cluster::shards)));
    }

    /** Databases may be spread otherwise than others of their server. */
    private static String distinct(Stream<OptionalLong> numbers) {
        String seen = numbers.map(number -> number.isPresent() ? Numbers.of(number.getAsLong()) : UNKNOWN)
                .distinct()
                .collect(Collectors.joining("/"));
        return seen.isEmpty() ? UNKNOWN : seen;
    }

    private static String target(TargetCheck target) {
        return target.server()
                .map(server -> "%s: version %s, %s, user %s"
                        .formatted(named(target, server), server.version(), tls(server.tls()), server.user()))
                .orElseGet(() -> "%s: version %s".formatted(target.name(), UNKNOWN));
    }

    /** A pool does not tell where it leads. */
    private static String named(TargetCheck target, Server server) {
        return target.name().contains(" at ")
                ? target.name()
                : "%s, database %s".formatted(target.name(), server.database());
    }

    private static String tls(Optional<Boolean> tls) {
        return tls.map(Plan::tls).orElse("TLS " + UNKNOWN);
    }

    private static String tls(boolean tls) {
        return tls ? "TLS" : "no TLS";
    }

    /** Without the last of them a run goes on, but nothing keeps a second one from running beside it. */
    private static String free(Connections connections, int needed) {
        String limit =
                switch (connections.limitOf()) {
                    case SERVER -> "";
                    case USER -> " (the user's limit)";
                    case DATABASE -> " (the database's limit)";
                };
        int lacking = needed - connections.free();
        String few = lacking <= 0 ? "" : lacking == 1 ? ": none for the lock" : ": too few";
        return "%s of %s free%s%s"
                .formatted(Numbers.of(connections.free()), Numbers.of(connections.most()), limit, few);
    }

    private static String rows(TableCheck table) {
        String rows = Numbers.of(table.rows().orElse(0), "row", "rows");
        return switch (table.state()) {
            case COUNTED -> "%s already there".formatted(rows);
            case ESTIMATED -> "about %s already there".formatted(rows);
            case CREATED_BY_RUN -> "does not exist; a run creates it";
            case MISSING -> "does not exist; a run does not create it";
            case UNKNOWN -> "rows already there: " + UNKNOWN;
        };
    }

    private static String stage(StageCheck stage) {
        if (stage.skipped().isPresent()) {
            return "%s: %s."
                    .formatted(stage.stage(), OperatorWords.of(stage.skipped().get()));
        }
        String count = stage.documents().isPresent()
                ? Numbers.of(stage.documents().getAsLong(), "document", "documents")
                : "an unknown number of documents";
        return cut("%s: %s: %s".formatted(stage.stage(), count, stage.description()));
    }

    private static String cut(String line) {
        return line.codePointCount(0, line.length()) <= WIDTH
                ? line
                : line.substring(0, line.offsetByCodePoints(0, WIDTH - 1)) + "…";
    }

    private static String bytes(long bytes) {
        double number = bytes / 1000.0;
        int unit = 0;
        while (number >= 1000 && unit < UNITS.size() - 1) {
            number /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", number, UNITS.get(unit));
    }
}
