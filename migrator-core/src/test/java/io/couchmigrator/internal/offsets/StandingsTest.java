// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Listener.Wait.Kind;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.Holder;
import io.couchmigrator.MigrationInfo.Phase;
import io.couchmigrator.MigrationInfo.StageReach;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.MigrationInfo.Throttle;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.Outcome;
import io.couchmigrator.Rejection;
import io.couchmigrator.Result.Depth;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.files.HistoryFile;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class StandingsTest {
    private static final Instant NOW = Instant.parse("2018-10-24T20:58:39Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir
    private Path logs;

    @Test
    void tellsWhereNothingWasRun() {
        MigrationInfo found = found();

        assertThat(found.state()).isEqualTo(State.NONE);
        assertThat(found.migration().stages()).isEmpty();
        assertThat(found.verification()).isEmpty();
        assertThat(logs).isEmptyDirectory();
    }

    @Test
    void tellsWhatTheThrottleFileSays() throws IOException {
        Path file = logs.resolve("orders.throttle");
        assertThat(found().throttle()).isEmpty();

        Files.writeString(file, "pause\n");
        assertThat(found().throttle()).contains(new Throttle(file, true, Optional.empty()));
        Files.writeString(file, "200");
        assertThat(found().throttle()).contains(new Throttle(file, false, Optional.empty()));
        Files.writeString(file, "paused");
        assertThat(found().throttle())
                .contains(
                        new Throttle(
                                file,
                                false,
                                Optional.of(
                                        "is not understood, seen \"paused\", expected a number of documents a second, or pause")));
        Files.delete(file);
        Files.createDirectory(file);
        assertThat(found().throttle())
                .contains(new Throttle(
                        file,
                        false,
                        Optional.of("is not heeded: it is a directory, not a regular file: put a file in its place")));
    }

    @Test
    void refusesWhatIsNoDirectory() throws IOException {
        Path file = Files.createFile(logs.resolve("file"));

        assertThatThrownBy(() -> MigrationInfo.of(logs.resolve("absent"), "orders"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("there is no log directory");
        assertThatThrownBy(() -> MigrationInfo.of(file, "orders"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("is a file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../orders", "orders.verify"})
    void refusesASlugThatNoMigrationHas(String slug) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MigrationInfo.of(logs, slug))
                .withMessageStartingWith("unexpected slug \"%s\": expected ", slug);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MigrationInfo.outstanding(logs, slug))
                .withMessageStartingWith("unexpected slug \"%s\": expected ", slug);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> MigrationInfo.tables(logs, slug))
                .withMessageStartingWith("unexpected slug \"%s\": expected ", slug);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void refusesWhatBelongsToAnotherUser() throws IOException {
        saved(List.of(), RejectsMark.NONE);
        Path offsets = logs.resolve("orders.offsets.json");
        Files.setPosixFilePermissions(offsets, Set.of());
        assumeFalse(Files.isReadable(offsets), "the super-user reads anything");

        assertThatThrownBy(this::found)
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("\"%s\" of user %s cannot be read by user", offsets, Files.getOwner(offsets));

        Files.setPosixFilePermissions(offsets, PosixFilePermissions.fromString("rw-------"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ \"format\": 2, \"requires\": [] | is torn",
                "{ \"format\": 99 } | was written by a newer version: seen format 99",
                "{ \"format\": 2, \"requires\": [\"wings\"] } | requires what this version does not understand"
            })
    void refusesOffsetsThatCannotBeRead(String file, String why) throws IOException {
        Files.writeString(logs.resolve("orders.offsets.json"), file);

        assertThatThrownBy(this::found)
                .isInstanceOf(OffsetsRefusedException.class)
                .hasMessageContaining(why);
    }

    @Test
    void refusesAFileOfRejectsThatIsLost() {
        saved(List.of(), new RejectsMark(3, OptionalLong.empty()));

        assertThatThrownBy(this::found)
                .isInstanceOf(OffsetsRefusedException.class)
                .hasMessageContaining("outstanding rejects: 3");
    }

    @Test
    void tellsWhoRunsInThisProcess() {
        try (LogDirectory held = LogDirectory.open(logs, "orders", "run", NOW)) {
            MigrationInfo found = found();

            assertThat(found.state()).isEqualTo(State.RUNNING);
            assertThat(found.holder().map(Holder::pid))
                    .hasValue(ProcessHandle.current().pid());
            assertThat(found.holder().map(Holder::since)).hasValue(NOW);
            assertThat(held.run()).isNotNull();
        }
        assertThat(found().holder()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void tellsHowFarAVerificationIs(Depth depth) {
        saved(List.of(stage(100, 100)), RejectsMark.NONE);
        try (LogDirectory held = LogDirectory.openToVerify(logs, "orders", depth, NOW);
                HistoryFile history = history()) {
            history.started(settings("verify", "depth", depth.name().toLowerCase(Locale.ROOT)));
            new OffsetFile(held).save(offsets(List.of(stage(100, 43, 3)), RejectsMark.NONE));

            MigrationInfo found = found();

            assertThat(found.state()).isEqualTo(State.VERIFYING);
            assertThat(found.holder()).isPresent();
            assertThat(found.migration().all().done()).isEqualTo(100);
            assertThat(found.verification().orElseThrow().all().done()).isEqualTo(40);
        }
    }

    @Test
    void tellsOfAKilledRun() {
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
        }

        MigrationInfo found = found();

        assertThat(found.state()).isEqualTo(State.KILLED);
        assertThat(found.migration().latest().orElseThrow().pid())
                .isEqualTo(ProcessHandle.current().pid());
        assertThat(found.source()).hasValue("http://couch:5984/");
    }

    @Test
    void knowsWithoutAClockWhetherTheLatestRunSaved() {
        saved(List.of(stage(10, 5)), RejectsMark.NONE);
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add("offsets saved", json());
            assertThat(found().migration().latest().orElseThrow().saved()).isTrue();
            history.started(settings("migrate"));
        }

        assertThat(found().migration().latest().orElseThrow().saved()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void tellsHowTheLatestRunEnded(Outcome outcome) {
        saved(List.of(complete()), RejectsMark.NONE);
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add("run ended", json("outcome", outcome.name(), "error", "why", "limit", "rejects"));
        }

        MigrationInfo found = found();

        assertThat(found.state())
                .isEqualTo(
                        switch (outcome) {
                            case COMPLETE, REJECTS_OUTSTANDING -> State.COMPLETE;
                            case STOPPED, STOPPED_BY_LIMIT -> State.STOPPED;
                            default -> State.FAILED;
                        });
        assertThat(found.migration().latest().flatMap(run -> run.outcome())).hasValue(outcome);
        assertThat(found.migration().latest().flatMap(run -> run.error())).hasValue("why");
        assertThat(found.migration().latest().flatMap(run -> run.limit())).hasValue(Limit.REJECTS);
    }

    @Test
    void takesARunThatMetABugForFailed() {
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add("run ended", json("outcome", "UNEXPECTED"));
        }

        assertThat(found().state()).isEqualTo(State.FAILED);
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETE", "REJECTS_OUTSTANDING"})
    void isNotCompleteWhereTheOffsetFileIsGoneOrAnOlderCopy(Outcome outcome) {
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add("run ended", json("outcome", outcome.name()));
        }
        assertThat(found().state()).isEqualTo(State.STOPPED);

        saved(List.of(stage(10, 5)), RejectsMark.NONE);

        assertThat(found().state()).isEqualTo(State.STOPPED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"event\":\"run ended\"}",
                "{\"event\":\"run ended\",\"at\":\"yesterday\",\"outcome\":\"COMPLETE\"}",
                "{\"event\":\"run started\",\"at\":\"2018-10-24T20:58:39Z\",\"pid\":\"many\"}",
                "{\"event\":\"waiting\"}"
            })
    void passesOverALineThatNoRunWroteSo(String line) throws IOException {
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add("run ended", json("outcome", "STOPPED"));
        }
        Files.writeString(logs.resolve("orders.history.jsonl"), line + "\n", StandardOpenOption.APPEND);

        MigrationInfo found = found();

        assertThat(found.state()).isIn(State.STOPPED, State.NONE);
        assertThat(found.migration().latest().map(run -> run.waits()).orElse(List.of()))
                .isEmpty();
    }

    @Test
    void keepsTheNameOfAnOutcomeThatOnlyANewerVersionKnows() {
        saved(List.of(complete()), RejectsMark.NONE);
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add("run ended", json("outcome", "POSTPONED"));
        }

        MigrationInfo found = found();

        assertThat(found.state()).isEqualTo(State.STOPPED);
        assertThat(found.migration().latest().flatMap(run -> run.newerOutcome()))
                .hasValue("POSTPONED");
    }

    @Test
    void readsTheHistoryBeforeWhereTheOneThatWasBegunAnewDoesNotTell() throws IOException {
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add("stage planned", json("stage", "orders"));
            history.add("run ended", json("outcome", "TARGET_FAILED"));
        }
        Path path = logs.resolve("orders.history.jsonl");
        Files.move(path, logs.resolve("orders.history.jsonl.1"));
        assertThat(found().state()).isEqualTo(State.FAILED);

        try (HistoryFile history = history()) {
            history.started(settings("verify"));
        }

        assertThat(found().state()).isEqualTo(State.FAILED);
        assertThat(found().verification()).isPresent();
        assertThat(History.tellsOfPlans(path)).isTrue();
    }

    @Test
    void tellsNoRateOfARunThatHasSavedNothingForTenSeconds() {
        try (LogDirectory directory = LogDirectory.open(logs, "orders", "run", NOW)) {
            Offsets offsets = offsets(List.of(stage(100, 60)), RejectsMark.NONE).withRates(Map.of("orders", 8.0));
            new OffsetFile(directory).save(offsets);

            assertThat(foundAt(NOW.plusSeconds(10)).migration().all().rate()).hasValue(8);
            assertThat(foundAt(NOW.plusSeconds(11)).migration().all().rate()).isEmpty();
        }
    }

    @Test
    void tellsOfAVerificationThatCameAfterTheRunAndOfNoneBefore() {
        saved(List.of(complete()), RejectsMark.NONE);
        try (HistoryFile history = history()) {
            history.started(settings("verify"));
            history.started(settings("migrate"));
            history.add("run ended", json("outcome", "COMPLETE"));
            assertThat(found().verification()).isEmpty();
            history.started(settings("verify"));
            history.add("run ended", json("outcome", "DIFFERENCES_FOUND"));
        }

        MigrationInfo found = found();

        assertThat(found.state()).isEqualTo(State.COMPLETE);
        assertThat(found.verification().flatMap(reach -> reach.latest()).flatMap(run -> run.outcome()))
                .hasValue(Outcome.DIFFERENCES_FOUND);
    }

    /** A run that was started elsewhere tells the file of a pause by another path. */
    @Test
    void tellsWhatIsWaitedForUntilThatIsOver() {
        JsonObject lock = waiting("lock", "PostgreSQL", "a lock");
        JsonObject pause = waiting("pause", "../logs/orders.throttle", "an operator wants it");
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add("waiting", waiting("outage", "PostgreSQL", "restarts"));
            history.add("waiting", waiting("lock", "PostgreSQL", "nobody knows"));
            history.add("waiting", lock);
            history.add("waiting", pause);
            history.add("waiting", waiting("of a newer kind", "PostgreSQL", "?"));
            history.add("resumed", waiting("outage", "PostgreSQL", "restarts"));
            assertThat(waits())
                    .containsExactly(
                            new Wait(Kind.LOCK, "PostgreSQL", "a lock", NOW, Optional.empty()),
                            new Wait(
                                    Kind.PAUSE,
                                    logs.resolve("orders.throttle").toString(),
                                    "an operator wants it",
                                    NOW,
                                    Optional.empty()));
            history.add("resumed", lock);
            history.add("resumed", pause);
        }

        assertThat(waits()).isEmpty();
    }

    private List<Wait> waits() {
        return found().migration().latest().orElseThrow().waits();
    }

    private static JsonObject waiting(String kind, String on, String cause) {
        return json("kind", kind, "on", on, "cause", cause, "since", NOW.toString());
    }

    @Test
    void readsALongHistoryFromItsEndAndPassesOverWhatIsNoEvent() throws IOException {
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            for (int minute = 0; minute < 3_000; minute++) {
                history.add("tallies", json("read", "x".repeat(50)));
            }
        }
        Files.writeString(
                logs.resolve("orders.history.jsonl"),
                "garbled\n{\"event\":\"outage\"}\n[]\n{\"event\":\"run ended\",\"at\":\"2018",
                StandardOpenOption.APPEND);

        MigrationInfo found = found();

        assertThat(found.state()).isEqualTo(State.KILLED);
        assertThat(found.migration().latest()).isPresent();
    }

    @Test
    void goesByTheOffsetsWhereTheHistoryIsDeleted() {
        saved(List.of(stage(10, 5)), RejectsMark.NONE);
        assertThat(found().state()).isEqualTo(State.STOPPED);

        saved(List.of(complete()), RejectsMark.NONE);

        assertThat(found().state()).isEqualTo(State.COMPLETE);
    }

    @Test
    void countsWhatIsOutstandingForNotDoneUnlessOnlyARowIsTooMuch() {
        saved(List.of(stage(100, 60)), RejectsMark.NONE);
        try (RejectsFile rejects =
                RejectsFile.open(RejectEvents.read(logs.resolve("orders.rejects.jsonl")), name -> true, CLOCK)) {
            for (String id : List.of("a", "b")) {
                rejects.rejected(
                        new DocumentId(id),
                        new Rejection("orders", id, Optional.of("1-a"), "too-long", "customer is too long"),
                        Optional.empty());
            }
            rejects.toWrite("orders", new DocumentId("c"), "1-c", RejectsFile.Kind.MISSING);
            rejects.toWrite("orders", new DocumentId("ghost"), "", RejectsFile.Kind.EXTRA);
        }

        MigrationInfo found = found();

        StageReach stage = found.migration().stages().get(0);
        assertThat(stage.phase()).isEqualTo(Phase.READING);
        assertThat(stage.done()).isEqualTo(57);
        assertThat(stage.total()).hasValue(100);
        assertThat(stage.left()).hasValue(40);
        assertThat(stage.rejects()).isEqualTo(4);
        assertThat(found.migration().checkpoint()).hasValue(NOW);
        assertThat(found.target()).hasValue("database \"hq\" (oid 7 on server 42)");
    }

    @Test
    void tellsTheRateOfTheStageThatIsReadAndWhenAllWillBeRead() {
        try (LogDirectory directory = LogDirectory.open(logs, "orders", "run", NOW)) {
            Offsets offsets = offsets(List.of(stage(100, 60)), RejectsMark.NONE);
            new OffsetFile(directory).save(offsets.withRates(Map.of("orders", 8.0)));
        }

        MigrationInfo found = found();

        assertThat(found.migration().stages().get(0).rate()).hasValue(8);
        assertThat(found.migration().stages().get(0).remaining()).hasValue(Duration.ofSeconds(5));
        assertThat(found.migration().all().remaining()).hasValue(Duration.ofSeconds(5));
    }

    @Test
    void knowsStagesThatAreNotBegunAndTheirSumOnlyIfAllAreCounted() {
        saved(List.of(stage(0, 0)), RejectsMark.NONE);
        try (HistoryFile history = history()) {
            history.started(settings("migrate"));
            history.add(
                    "stages",
                    JsonParser.parseString("{\"totals\":{\"orders\":5,\"later\":7}}")
                            .getAsJsonObject());
            assertThat(found().migration().all().total()).hasValue(7);
            history.add(
                    "stages",
                    JsonParser.parseString("{\"totals\":{\"later\":7,\"unknown\":null}}")
                            .getAsJsonObject());
        }

        MigrationInfo found = found();

        assertThat(found.migration().stages())
                .extracting(StageReach::stage)
                .containsExactly("orders", "later", "unknown");
        assertThat(found.migration().stages().get(1).phase()).isEqualTo(Phase.NOT_BEGUN);
        assertThat(found.migration().all().total()).isEmpty();
        assertThat(found.migration().all().phase()).isEqualTo(Phase.READING);
    }

    @Test
    void knowsTheStagesOfARunThatCameToNone() {
        saved(List.of(complete()), RejectsMark.NONE);
        JsonObject several = settings("migrate");
        several.add("stages", JsonParser.parseString("[\"orders\",\"later\",\"never\"]"));
        JsonObject one = settings("verify");
        one.add("stages", JsonParser.parseString("[\"orders\"]"));
        try (HistoryFile history = history()) {
            history.started(several);
            history.add("run ended", json("outcome", "SOURCE_FAILED"));
            history.started(one);
            history.add(
                    "stages",
                    JsonParser.parseString("{\"totals\":{\"orders\":10}}").getAsJsonObject());
            history.add("run ended", json("outcome", "COMPLETE"));
        }

        MigrationInfo found = found();

        assertThat(found.migration().stages())
                .extracting(StageReach::stage)
                .containsExactly("orders", "later", "never");
        assertThat(found.migration().all().phase()).isEqualTo(Phase.READING);
        assertThat(found.migration().all().total()).isEmpty();
    }

    @Test
    void isCompleteWithoutTheStagesThatItsLatestRunSkipped() {
        saved(List.of(complete()), RejectsMark.NONE);
        JsonObject both = settings("migrate");
        both.add("stages", JsonParser.parseString("[\"orders\",\"skipped\"]"));
        try (HistoryFile history = history()) {
            history.started(both);
            history.add(
                    "stages",
                    JsonParser.parseString("{\"totals\":{\"orders\":10}}").getAsJsonObject());
            history.add("run ended", json("outcome", "COMPLETE"));
        }

        MigrationInfo found = found();

        assertThat(found.migration().stages()).extracting(StageReach::stage).containsExactly("orders");
        assertThat(found.state()).isEqualTo(State.COMPLETE);
    }

    private MigrationInfo found() {
        return new Standings(logs, "orders", CLOCK).read();
    }

    private MigrationInfo foundAt(Instant when) {
        return new Standings(logs, "orders", Clock.fixed(when, ZoneOffset.UTC)).read();
    }

    private HistoryFile history() {
        return HistoryFile.open(logs.resolve("orders.history.jsonl"), CLOCK);
    }

    private static JsonObject settings(String purpose, String... more) {
        JsonObject settings = json(more);
        settings.addProperty("purpose", purpose);
        settings.addProperty("couch_url", "http://couch:5984/");
        return settings;
    }

    private static JsonObject json(String... members) {
        JsonObject json = new JsonObject();
        for (int i = 0; i < members.length; i += 2) {
            json.addProperty(members[i], members[i + 1]);
        }
        return json;
    }

    private static StageOffset complete() {
        return stage(10, 10).in(StageOffset.Phase.CATCHING_UP).completedAt(NOW);
    }

    private static StageOffset stage(long total, long read) {
        return stage(total, read, 0);
    }

    private static StageOffset stage(long total, long read, long rejected) {
        long written = read - rejected;
        RangeOffset range = RangeOffset.of(null, null, 0)
                .advanced(new DocumentId("x"), new Tallies(read, written, 0, rejected, written, 0));
        return StageOffset.planned(
                "orders",
                1,
                Optional.of(new StageOffset.Database("orders", "1", null)),
                JsonParser.parseString("\"0\""),
                total,
                NOW,
                List.of(read < total ? range : range.finished()));
    }

    private void saved(List<StageOffset> stages, RejectsMark rejects) {
        try (LogDirectory directory = LogDirectory.open(logs, "orders", "run", NOW)) {
            new OffsetFile(directory).save(offsets(stages, rejects));
        }
    }

    private static Offsets offsets(List<StageOffset> stages, RejectsMark rejects) {
        TargetIdentity target = new TargetIdentity(Optional.of("42"), "hq", 7, Map.of(), OptionalLong.empty());
        return new Offsets("orders", NOW, "http://couch:5984/", null, null, target, rejects, stages);
    }
}
