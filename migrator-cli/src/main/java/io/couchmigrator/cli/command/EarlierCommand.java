// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.MigrationInfo.StageReach;
import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.settings.Migrations;
import io.couchmigrator.cli.settings.Setting;
import io.couchmigrator.cli.text.Durations;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The command of an earlier run, as far as the log directory tells what it was given. */
record EarlierCommand(MigrationInfo info) {
    /** What stands behind the name of the main database in those of the others. */
    private static final String OTHER_DATABASE = "__.*";

    /** Returns it, without what has been begun. */
    NextCommand again(String program, Path logDirectory) {
        List<String> words = new ArrayList<>(List.of(Command.RUN.toString(), info.slug()));
        words.add(Setting.LOG_DIR.option() + "=" + logDirectory);
        databases().forEach(database -> add(words, Setting.COUCH_DB, database));
        Map<String, Object> given = given();
        add(words, Setting.TABLE, given.get("table"));
        add(words, Setting.DELETIONS, given.get("deletions"));
        add(words, Setting.NUL, given.get("nul"));
        add(words, Setting.READ, given.get("read"));
        add(words, Setting.COUCH_URL, given.get("couch_url"));
        add(words, Setting.COUCH_USER, given.get("couch_user"));
        add(words, Setting.NUM_WORKERS, given.get("num_workers"));
        add(words, Setting.CHUNK_SIZE, given.get("chunk_size"));
        add(words, Setting.MAX_DOCS_PER_SECOND, given.get("max_docs_per_second"));
        add(words, Setting.MAX_REJECTS, given.get("max_rejects"));
        Optional.ofNullable(given.get("max_rejected_percent"))
                .ifPresent(percent -> add(words, Setting.MAX_REJECTS, percent + "%"));
        Optional.ofNullable(given.get("max_outage"))
                .flatMap(outage -> outage(outage.toString()))
                .ifPresent(outage -> add(words, Setting.MAX_OUTAGE, outage));
        if (!hasSaved()) {
            forOneRun().forEach(setting -> words.add(setting.option()));
        }
        return new NextCommand(program, words);
    }

    /** Returns what was for that run alone, and has been begun: the next one goes on with it by itself, and would begin anew if given it. */
    List<Setting> begun() {
        return hasSaved() ? forOneRun() : List.of();
    }

    private List<Setting> forOneRun() {
        return Arrays.stream(Setting.values())
                .filter(Setting::isForOneRun)
                .filter(setting -> Boolean.TRUE.equals(given().get(setting.key().replace('-', '_'))))
                .toList();
    }

    private boolean hasSaved() {
        return info.migration().latest().filter(LatestRun::saved).isPresent();
    }

    private Map<String, Object> given() {
        return info.migration().latest().map(LatestRun::settings).orElse(Map.of());
    }

    /** Of documents each stage is named after its database. */
    private List<String> databases() {
        List<String> stages =
                info.migration().stages().stream().map(StageReach::stage).toList();
        return info.slug().equals(Migrations.DOCUMENTS.toString())
                ? stages
                : stages.stream()
                        .limit(1)
                        .map(stage -> stage.replaceFirst(OTHER_DATABASE, ""))
                        .filter(main -> !Setting.COUCH_DB.isDefault(main))
                        .toList();
    }

    private static Optional<String> outage(String text) {
        try {
            return Optional.of(Durations.option(Duration.parse(text)));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** To delete is the default, and asks for more where it is given: rows that were kept go, too. */
    private static void add(List<String> words, Setting setting, @Nullable Object given) {
        String value = given == null ? null : given.toString();
        boolean always = setting == Setting.COUCH_DB || setting == Setting.DELETIONS;
        if (value != null && (always || !setting.isDefault(value))) {
            words.add(setting.option() + "=" + value);
        }
    }
}
