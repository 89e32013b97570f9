// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.Outcome;
import io.couchmigrator.internal.files.HistoryFile;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.files.LastLines;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.files.WholeLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the history tells of the latest run, and of the latest verification if that came after it. The file is for people and may be
 * deleted: a line that is not as a run writes it tells nothing.
 *
 * @param run the latest run; empty if there is none
 * @param verification the latest verification after it; empty if there is none
 * @param totals how many items the stages of the latest run have, in their order, as far as they were counted, and those that only the
 *     verification after it names; without those that are skipped, once it is known which
 */
public record History(Optional<LatestRun> run, Optional<LatestRun> verification, Map<String, OptionalLong> totals) {
    /** The setting that names the stages, and the event that tells how many items they have. */
    public static final String STAGES = "stages";

    public static final String PLANNED = "stage planned";

    /** The event of a run that saved where it stands for the first time. */
    public static final String SAVED = "offsets saved";

    private static final String STARTED = "run started";
    private static final String UNEXPECTED = "UNEXPECTED";

    /** Reads the end of a slug's history, and of the one before it if that does not tell of a run; one that is not there tells nothing. */
    static History read(Path directory, String slug) {
        Path path = LogDirectory.history(directory, slug);
        List<String> lines = new ArrayList<>(lastRun(path));
        if (lines.isEmpty() || !isStartOfRun(lines.get(0))) {
            lines.addAll(0, lastRun(HistoryFile.aside(path)));
        }
        Reading reading = new Reading(LogDirectory.throttle(directory, slug));
        lines.forEach(reading::line);
        return new History(
                Optional.ofNullable(reading.run).map(Begun::told),
                Optional.ofNullable(reading.verification).map(Begun::told),
                reading.totals);
    }

    private static List<String> lastRun(Path path) {
        try {
            return LastLines.from(path, History::isStartOfRun);
        } catch (IOException e) {
            throw LogDirectory.failed("read", path, e);
        }
    }

    /** Returns whether a history, or the one before it, tells of a run that planned a stage, and so saved where it stood. */
    public static boolean tellsOfPlans(Path path) {
        return tellsOfPlan(path) || tellsOfPlan(HistoryFile.aside(path));
    }

    private static boolean tellsOfPlan(Path path) {
        AtomicBoolean planned = new AtomicBoolean();
        try {
            WholeLines.read(path, bytes -> {
                String line = new String(bytes, StandardCharsets.UTF_8);
                boolean its = line.contains(PLANNED)
                        && event(line)
                                .filter(json -> PLANNED.equals(text(json, "event")))
                                .isPresent();
                planned.compareAndSet(false, its);
            });
        } catch (IOException e) {
            throw LogDirectory.failed("read", path, e);
        }
        return planned.get();
    }

    private static boolean isStartOfRun(String line) {
        return line.contains(STARTED)
                && event(line)
                        .filter(json -> STARTED.equals(text(json, "event")) && !verifies(json))
                        .isPresent();
    }

    private static Optional<JsonObject> event(String line) {
        try {
            JsonElement json = JsonFiles.parse(line);
            return json.isJsonObject() ? Optional.of(json.getAsJsonObject()) : Optional.empty();
        } catch (JsonParseException e) {
            return Optional.empty();
        }
    }

    private static boolean verifies(JsonObject started) {
        return started.get("settings") instanceof JsonObject settings && "verify".equals(text(settings, "purpose"));
    }

    private static String text(JsonObject json, String name) {
        JsonElement value = json.get(name);
        return value != null && value.isJsonPrimitive() ? value.getAsString() : "";
    }

    /** Takes event after event. Used once. */
    private static final class Reading {
        private final Path throttle;
        private @Nullable Begun run;
        private @Nullable Begun verification;
        private final Map<String, OptionalLong> totals = new LinkedHashMap<>();

        private Reading(Path throttle) {
            this.throttle = throttle;
        }

        void line(String line) {
            try {
                event(line).ifPresent(this::take);
            } catch (RuntimeException e) {
                // A line that no run wrote so; the next one may be fit.
            }
        }

        private void take(JsonObject json) {
            Begun latest = verification == null ? run : verification;
            switch (text(json, "event")) {
                case STARTED -> started(json);
                case STAGES -> counted(totals(json.getAsJsonObject("totals")));
                default -> {
                    if (latest != null) {
                        latest.take(json);
                    }
                }
            }
        }

        private void started(JsonObject json) {
            Begun begun = new Begun(json, throttle);
            run = verifies(json) ? run : begun;
            verification = verifies(json) ? begun : null;
            if (!verifies(json)) {
                totals.clear();
                begun.stages().forEach(stage -> totals.put(stage, OptionalLong.empty()));
            }
        }

        /** A verification may be of fewer stages, and skip others. */
        private void counted(Map<String, OptionalLong> counts) {
            if (verification == null) {
                totals.clear();
            }
            totals.putAll(counts);
        }
    }

    private static List<String> waitedFor(JsonObject json) {
        return List.of(text(json, "kind"), text(json, "on"));
    }

    private static Map<String, OptionalLong> totals(JsonObject json) {
        Map<String, OptionalLong> totals = new LinkedHashMap<>();
        json.entrySet()
                .forEach(stage -> totals.put(
                        stage.getKey(),
                        stage.getValue().isJsonNull()
                                ? OptionalLong.empty()
                                : OptionalLong.of(stage.getValue().getAsLong())));
        return totals;
    }

    /** How one ended. */
    private record End(Instant at, String outcome, String error, String limit) {
        private End(JsonObject json) {
            this(Instant.parse(text(json, "at")), text(json, "outcome"), text(json, "error"), text(json, "limit"));
        }

        private Optional<Limit> reached() {
            return Arrays.stream(Limit.values())
                    .filter(known -> known.name().equalsIgnoreCase(limit))
                    .findFirst();
        }

        private Optional<Outcome> known() {
            return Arrays.stream(Outcome.values())
                    .filter(known -> known.name().equals(outcome))
                    .findFirst();
        }

        private Optional<String> newer() {
            return Optional.of(outcome)
                    .filter(name -> !name.isEmpty() && !name.equals(UNEXPECTED) && known().isEmpty());
        }
    }

    /** One that began, and what is told of it since. */
    private static final class Begun {
        private final Instant at;
        private final long pid;
        private final JsonObject start;
        private final Path throttle;
        private final Map<List<String>, Wait> waits = new LinkedHashMap<>();
        private boolean saved;
        private @Nullable End end;

        private Begun(JsonObject start, Path throttle) {
            this.start = start;
            this.throttle = throttle;
            this.at = Instant.parse(text(start, "at"));
            this.pid = start.has("pid") ? start.get("pid").getAsLong() : 0;
        }

        /** What else happened does not tell where the migration stands. */
        private void take(JsonObject json) {
            switch (text(json, "event")) {
                case SAVED -> saved = true;
                case "run ended" -> end = new End(json);
                case "waiting" -> {
                    Wait wait = wait(json);
                    waits.remove(List.of("silence", wait.on()));
                    waits.put(waitedFor(json), wait);
                }
                case "resumed" -> waits.remove(waitedFor(json));
                default -> {}
            }
        }

        /** The run knew the file that makes a pause by where it was started from. */
        private Wait wait(JsonObject json) {
            Wait.Kind kind = Wait.Kind.valueOf(text(json, "kind").toUpperCase(Locale.ROOT));
            return new Wait(
                    kind,
                    kind == Wait.Kind.PAUSE ? throttle.toString() : text(json, "on"),
                    text(json, "cause"),
                    Instant.parse(text(json, "since")),
                    Optional.of(text(json, "until"))
                            .filter(until -> !until.isEmpty())
                            .map(Instant::parse));
        }

        private LatestRun told() {
            Optional<End> ended = Optional.ofNullable(end);
            return new LatestRun(
                    at,
                    pid,
                    text(start, "host"),
                    text(start, "version"),
                    settings(),
                    saved,
                    ended.map(End::at),
                    ended.flatMap(End::known),
                    ended.flatMap(End::newer),
                    ended.map(End::error).filter(error -> !error.isEmpty()),
                    ended.flatMap(End::reached),
                    List.copyOf(waits.values()));
        }

        private List<String> stages() {
            return start.get("settings") instanceof JsonObject given && given.get(STAGES) instanceof JsonArray stages
                    ? stages.asList().stream().map(JsonElement::getAsString).toList()
                    : List.of();
        }

        private Map<String, Object> settings() {
            Map<String, Object> settings = new LinkedHashMap<>();
            if (start.get("settings") instanceof JsonObject given) {
                given.entrySet().stream()
                        .filter(setting -> setting.getValue().isJsonPrimitive())
                        .forEach(setting -> settings.put(
                                setting.getKey(), value(setting.getValue().getAsJsonPrimitive())));
            }
            return settings;
        }

        private static Object value(JsonPrimitive json) {
            if (json.isNumber()) {
                return json.getAsBigDecimal();
            }
            return json.isBoolean() ? (Object) json.getAsBoolean() : json.getAsString();
        }
    }
}
