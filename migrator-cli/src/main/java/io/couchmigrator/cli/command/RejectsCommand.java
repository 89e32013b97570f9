// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import com.google.gson.JsonObject;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.Outstanding;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.Rejection;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.settings.LookSettings;
import io.couchmigrator.cli.settings.Migrations;
import io.couchmigrator.cli.text.Numbers;
import io.couchmigrator.cli.text.Printable;
import io.couchmigrator.cli.text.Wrapped;
import io.couchmigrator.cli.verdict.ExitStatus;
import io.couchmigrator.cli.verdict.JsonMembers;
import io.couchmigrator.cli.verdict.RejectAdvice;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** {@code migrator rejects}: lists the documents that the next run takes first, code by code. */
public final class RejectsCommand {
    private final Console console;
    private final LookSettings settings;

    public RejectsCommand(Console console, LookSettings settings) {
        this.console = console;
        this.settings = settings;
    }

    /** Lists those of a migration and returns the exit status. */
    public int run(Migrations migration) {
        try {
            if (MigrationInfo.of(settings.logDirectory(), migration.toString()).state() == State.NONE) {
                console.warning("%s was not run in %s: is that the directory that the run was given?"
                        .formatted(migration, settings.logDirectory()));
            }
            Outstanding outstanding = MigrationInfo.outstanding(settings.logDirectory(), migration.toString());
            switch (settings.output()) {
                case TEXT -> text(migration, outstanding);
                case JSON -> all(outstanding, reject -> console.record(Printable.json(json(reject)) + "\n"));
                case CSV -> {
                    console.record(csv(List.of("stage", "doc_id", "rev", "code", "reason", "mend")));
                    all(outstanding, reject -> console.record(csv(reject)));
                }
            }
            return ExitStatus.DONE;
        } catch (LogDirectoryException | OffsetsRefusedException e) {
            return StatusCommand.refused(console, e);
        }
    }

    private static void all(Outstanding outstanding, Consumer<Rejection> each) {
        outstanding.byCode().keySet().forEach(code -> outstanding.forEach(code, each));
    }

    private void text(Migrations migration, Outstanding outstanding) {
        sentence("%s: %s.".formatted(migration, counted(outstanding)));
        outstanding.byCode().forEach((code, count) -> {
            line("");
            line("%s: %s".formatted(code, Numbers.of(count, "document", "documents")));
            sentence("To mend: %s.".formatted(RejectAdvice.of(code)));
            outstanding.forEach(code, reject -> {
                line("  %s  %s".formatted(reject.stage(), Printable.text(reject.id())));
                Wrapped.lines("    ", 4, Printable.text(reject.reason())).forEach(this::line);
            });
        });
        if (!outstanding.byCode().isEmpty()) {
            line("");
            line(
                    outstanding.byCode().keySet().stream().allMatch(RejectAdvice::needsNothing)
                            ? "Run the migration again: it takes them first."
                            : "When they are mended, run the migration again: it takes them first.");
        }
    }

    private static String counted(Outstanding outstanding) {
        long found = outstanding.foundByVerification();
        long rejects = outstanding.byCode().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()
                - found;
        if (found == 0) {
            return (rejects == 0 ? "no reject is" : Numbers.of(rejects, "reject is", "rejects are")) + " outstanding";
        }
        return "%s%s that verify found wrong %s outstanding"
                .formatted(
                        rejects == 0 ? "" : Numbers.of(rejects, "reject", "rejects") + " and ",
                        Numbers.of(found, "document", "documents"),
                        rejects + found == 1 ? "is" : "are");
    }

    private void sentence(String text) {
        Wrapped.lines("", 4, text).forEach(this::line);
    }

    /** What is listed may be a million: the console would keep each of its lines. */
    private void line(String text) {
        console.record(text + "\n");
    }

    private static String json(Rejection reject) {
        JsonObject json = new JsonObject();
        json.addProperty("stage", reject.stage());
        json.addProperty("doc_id", reject.id());
        json.addProperty("rev", reject.rev().orElse(null));
        json.addProperty("code", reject.code());
        json.addProperty("reason", reject.reason());
        json.addProperty("mend", RejectAdvice.of(reject.code()));
        return JsonMembers.line(json);
    }

    private static String csv(Rejection reject) {
        return csv(List.of(
                reject.stage(),
                reject.id(),
                reject.rev().orElse(""),
                reject.code(),
                reject.reason(),
                RejectAdvice.of(reject.code())));
    }

    private static String csv(List<String> fields) {
        return fields.stream().map(RejectsCommand::field).collect(Collectors.joining(",")) + "\r\n";
    }

    private static String field(String text) {
        boolean plain = text.chars().noneMatch(c -> c == '"' || c == ',' || c == '\r' || c == '\n');
        return plain ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
