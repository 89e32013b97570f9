// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.Listener.Wait;
import io.couchmigrator.Listener.Wait.Kind;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.Holder;
import io.couchmigrator.MigrationInfo.LatestRun;
import io.couchmigrator.MigrationInfo.Phase;
import io.couchmigrator.MigrationInfo.Reach;
import io.couchmigrator.MigrationInfo.StageReach;
import io.couchmigrator.MigrationInfo.State;
import io.couchmigrator.Outcome;
import io.couchmigrator.cli.verdict.StatusText.Commands;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("values")
final class StatusTextTest {
    private static final Instant NOW = Instant.parse("2026-11-28T03:05:10.5Z");
    private static final Instant BEGAN = NOW.minus(Duration.ofMinutes(65));
    private static final Commands COMMANDS =
            new Commands("GO ON", List.of(), "VERIFY", "REJECTS", Optional.of("WATCH"));

    @Test
    void tellsARunAtAGlance() {
        List<StageReach> stages = List.of(
                stage("orders", Phase.COMPLETE, 100_000, 100_000, 2),
                new StageReach(
                        "a_stage_whose_name_has_no_room_in_its_column",
                        Phase.READING,
                        1_234_567,
                        OptionalLong.of(12_345_678),
                        OptionalLong.of(11_111_111),
                        0,
                        OptionalDouble.of(1_234.4),
                        Optional.empty()),
                new StageReach(
                        "later",
                        Phase.NOT_BEGUN,
                        0,
                        OptionalLong.empty(),
                        OptionalLong.empty(),
                        0,
                        OptionalDouble.empty(),
                        Optional.empty()));

        List<String> lines = lines(info(State.RUNNING, going(), stages));

        assertThat(lines)
                .containsExactly(
                        "documents: running since 2026-11-28T02:00:10Z, for 1:05:00",
                        "  as process 4242 on host db1",
                        "  from CouchDB at http://couch:5984/",
                        "  to PostgreSQL at db1:5432/hq",
                        "",
                        "stage                        done       total    %   docs/s       left  rejects",
                        "orders                    100,000     100,000 100%            complete        2",
                        "a_stage_w…_its_column   1,234,567  12,345,678   9%    1,234    2:30:02        0",
                        "later                           0           ?    ?           not begun        0",
                        "in all                  1,334,567           ?    ?    1,234          ?        2",
                        "",
                        "Waiting for PostgreSQL since 2026-11-28T02:00:10Z: no connection",
                        "Paused since 2026-11-28T02:00:10Z by logs/documents.throttle",
                        "Last checkpoint: 2026-11-28T03:05:10Z, 0:00:00 ago",
                        "To stop it, with all that is done saved, on host db1:",
                        "    kill 4242",
                        "To watch it:",
                        "    WATCH");
    }

    @ParameterizedTest
    @EnumSource(State.class)
    void leavesTheLastOfEightyColumnsFreeWhateverTheState(State state) {
        List<StageReach> stages = List.of(stage("orders", Phase.READING, 9_999_999_999L, 99_999_999_999L, 99_999));

        assertThat(lines(info(state, going(), stages))).isNotEmpty().allSatisfy(line -> assertThat(line)
                .hasSizeLessThan(80));
        assertThat(lines(info(state, ended(Outcome.TARGET_FAILED), stages)))
                .allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "STOPPED | STOPPED | documents: stopped on request at 2026-11-28T03:05:10Z | GO ON",
                "STOPPED | STOPPED_BY_LIMIT | documents: stopped by a limit at 2026-11-28T03:05:10Z | GO ON",
                "FAILED | TARGET_FAILED | documents: failed at 2026-11-28T03:05:10Z: PostgreSQL (exit status 4) | GO ON",
                "FAILED | SOURCE_FAILED | documents: failed at 2026-11-28T03:05:10Z: CouchDB (exit status 3) | GO ON",
                "FAILED | OFFSETS_REFUSED | documents: failed at 2026-11-28T03:05:10Z: the offset file is not fit for it | GO ON",
                "FAILED | LOG_DIRECTORY_FAILED | documents: failed at 2026-11-28T03:05:10Z: the log directory (exit status 6) | GO ON",
                "COMPLETE | COMPLETE | documents: complete at 2026-11-28T03:05:10Z | VERIFY"
            })
    void saysHowTheLatestRunEndedAndWhatIsNext(State state, Outcome outcome, String first, String last) {
        List<String> lines = lines(info(state, ended(outcome), List.of(stage("orders", Phase.READING, 1, 2, 0))));

        assertThat(lines).first().isEqualTo(first);
        assertThat(lines).last().isEqualTo("    " + last);
        assertThat(lines).anyMatch(line -> line.startsWith("Last error: table is gone: give --reset again"));
        assertThat(lines).anyMatch(line -> line.startsWith("  again"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "READING   | NOT_BEGUN | unfinished | reading",
                "COMPLETE  | NOT_BEGUN | unfinished | reading",
                "NOT_BEGUN | NOT_BEGUN | not begun  | not_begun",
                "COMPLETE  | COMPLETE  | complete   | complete"
            })
    void callsUnfinishedInAllWhatIsBegunAndNotComplete(Phase first, Phase second, String left, String phase) {
        MigrationInfo info = info(
                State.KILLED, going(), List.of(stage("orders", first, 35, 100, 0), stage("items", second, 0, 100, 0)));

        assertThat(lines(info)).anyMatch(line -> line.matches("in all .* " + left + " +0"));
        assertThat(JsonParser.parseString(StatusJson.of(info))
                        .getAsJsonObject()
                        .getAsJsonObject("migration")
                        .getAsJsonObject("all")
                        .get("phase")
                        .getAsString())
                .isEqualTo(phase);
    }

    @Test
    void tellsOnceWhatKeptBothRunAndVerificationAway() {
        List<StageReach> stages = List.of(stage("orders", Phase.COMPLETE, 2, 2, 0));

        List<String> lines = lines(verified(ended(Outcome.OFFSETS_REFUSED), stages));

        assertThat(lines).filteredOn(line -> line.contains("table is gone")).hasSize(1);
        assertThat(lines)
                .filteredOn(line -> line.startsWith("Last error: "))
                .hasSize(2)
                .last()
                .isEqualTo("Last error: the same");
    }

    @Test
    void namesTheCommandThatListsRejects() {
        List<String> lines = lines(info(
                State.COMPLETE,
                ended(Outcome.REJECTS_OUTSTANDING),
                List.of(stage("orders", Phase.COMPLETE, 9, 10, 1))));

        assertThat(lines).first().asString().endsWith(", but for 1 reject");
        assertThat(lines).last().isEqualTo("    REJECTS");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DIFFERENCES_FOUND | 0 | complete at TIME, but verify found differences since | GO ON | VERIFY",
                "DIFFERENCES_FOUND | 3 | complete at TIME, but verify found differences since | GO ON | VERIFY",
                "REJECTS_OUTSTANDING | 1 | complete at TIME, but for 1 reject | REJECTS |",
                "INCOMPLETE | 0 | complete at TIME | GO ON | VERIFY",
                "COMPLETE | 0 | complete at TIME | GO ON |",
                "STOPPED | 0 | complete at TIME | VERIFY |",
                "BUSY | 0 | complete at TIME | GO ON | VERIFY",
                "TARGET_FAILED | 0 | complete at TIME | VERIFY |"
            })
    void saysWhatComesAfterAVerification(
            Outcome verified, long outstanding, String first, String next, @Nullable String last) {
        List<String> lines = lines(
                verified(ended(verified), List.of(stage("orders", Phase.COMPLETE, 10 - outstanding, 10, outstanding))));

        assertThat(lines).first().isEqualTo("documents: " + first.replace("TIME", "2026-11-28T03:05:10Z"));
        assertThat(lines.stream().filter(line -> line.matches(" {4}[A-Z ]+")))
                .containsExactlyElementsOf(Stream.of(next, last)
                        .filter(Objects::nonNull)
                        .map("    "::concat)
                        .toList());
        assertThat(lines).allSatisfy(line -> assertThat(line).hasSizeLessThan(80));
    }

    @Test
    void comparesAllAfterAVerificationThatComparedLess() {
        LatestRun counted = ended(Outcome.INCOMPLETE, Map.of("depth", "counts"));

        List<String> lines = lines(verified(counted, List.of(stage("orders", Phase.COMPLETE, 10, 10, 0))));

        assertThat(lines).endsWith("To compare all rows:", "    VERIFY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"max_rejects", "max_duration"})
    void sendsNobodyIntoTheSameLimitOfRejectsAgain(String set) {
        LatestRun stopped = ended(Outcome.STOPPED_BY_LIMIT, Map.of(set, 9), Optional.of(Limit.REJECTS));

        List<String> lines = lines(info(State.STOPPED, stopped, List.of(stage("orders", Phase.READING, 1, 20, 10))));

        assertThat(String.join(" ", lines).replaceAll(" +", " "))
                .endsWith(
                        "To list the rejects, and how to mend them: REJECTS When their cause is mended, or the limit is raised, run the same command again, with what else it was given: GO ON");
    }

    @Test
    void goesOnAtOnceWhereOnlyItsTimeWasUp() {
        LatestRun stopped = ended(Outcome.STOPPED_BY_LIMIT, Map.of(), Optional.of(Limit.DURATION));
        MigrationInfo info = info(State.STOPPED, stopped, List.of(stage("orders", Phase.READING, 1, 20, 10)));

        assertThat(String.join(" ", lines(info)))
                .doesNotContain("REJECTS")
                .endsWith("To go on, run the same command again, with what else it was given:     GO ON");
        assertThat(StatusJson.of(info)).contains("\"limit\":\"duration\"");
    }

    @Test
    void goesOnWithoutWhatIsBegun() {
        Commands commands = new Commands("GO ON", List.of("--reread", "--adopt"), "", "", Optional.empty());
        MigrationInfo stopped =
                info(State.STOPPED, ended(Outcome.STOPPED), List.of(stage("orders", Phase.READING, 1, 2, 0)));

        List<String> lines = new StatusText(stopped, Path.of("logs"), commands).lines();

        assertThat(String.join(" ", lines).replaceAll(" +", " "))
                .endsWith(
                        "To go on, run the same command again, with what else it was given, but without --reread and --adopt, which are under way: GO ON");
    }

    @Test
    void callsNothingUnderWayOnceItIsComplete() {
        Commands commands = new Commands("GO ON", List.of("--reread"), "VERIFY", "", Optional.empty());
        MigrationInfo differing =
                verified(ended(Outcome.DIFFERENCES_FOUND), List.of(stage("orders", Phase.COMPLETE, 10, 10, 0)));

        List<String> lines = new StatusText(differing, Path.of("logs"), commands).lines();

        assertThat(String.join(" ", lines).replaceAll(" +", " "))
                .contains("with what else it was given, but without --reread, which was for that run alone: GO ON");
    }

    @Test
    void neverTellsANegativeAgeNorAllBeforeAllIsRead() {
        MigrationInfo info = info(State.RUNNING, going(), List.of(stage("orders", Phase.READING, 11, 10, 0)));
        MigrationInfo earlier = new MigrationInfo(
                info.slug(),
                NOW.minusSeconds(7_200),
                info.state(),
                info.holder(),
                info.source(),
                info.target(),
                info.migration(),
                info.verification(),
                info.throttle());

        assertThat(String.join("\n", lines(earlier)))
                .contains("for 0:00:00\n", ", 0:00:00 ago\n", " 99% ")
                .doesNotContain("for -", ", -", "100%");
    }

    @Test
    void tellsWhereAStageHasNothingToRead() {
        List<StageReach> stages = List.of(stage("orders", Phase.COMPLETE, 0, 0, 0));

        assertThat(lines(info(State.COMPLETE, ended(Outcome.COMPLETE), stages)))
                .contains("orders                          0           0 100%            complete        0");
    }

    @Test
    void tellsProgramsTheSame() {
        JsonObject json = JsonParser.parseString(
                        StatusJson.of(info(State.RUNNING, going(), List.of(stage("orders", Phase.READING, 1, 2, 0)))))
                .getAsJsonObject();

        assertThat(json.keySet())
                .containsExactly(
                        "slug", "at", "state", "holder", "source", "target", "migration", "verification", "throttle");
        assertThat(json.get("state").getAsString()).isEqualTo("running");
        JsonObject migration = json.getAsJsonObject("migration");
        assertThat(migration.getAsJsonObject("all").keySet())
                .containsExactly(
                        "phase",
                        "done",
                        "total",
                        "left",
                        "rejects",
                        "documents_per_second",
                        "remaining_seconds",
                        "completed");
        assertThat(migration.getAsJsonObject("latest").get("outcome").isJsonNull())
                .isTrue();
        assertThat(migration.getAsJsonObject("latest").getAsJsonArray("waits").get(1))
                .hasToString(
                        "{\"kind\":\"pause\",\"on\":\"logs/documents.throttle\",\"cause\":\"an operator wants it\",\"since\":\"2026-11-28T02:00:10.500Z\",\"until\":null}");
    }

    @Test
    void saysThatACompleteMigrationIsNotWhereItsOffsetFileIsAnotherOrGone() {
        List<StageReach> stages = List.of(stage("orders", Phase.READING, 1, 2, 0));
        MigrationInfo older = info(State.STOPPED, ended(Outcome.COMPLETE), stages);
        MigrationInfo gone = new MigrationInfo(
                older.slug(),
                older.at(),
                State.STOPPED,
                Optional.empty(),
                older.source(),
                older.target(),
                new Reach(older.migration().latest(), Optional.empty(), List.of()),
                Optional.empty(),
                Optional.empty());

        assertThat(String.join(" ", lines(older)).replaceAll(" +", " "))
                .startsWith(
                        "documents: not complete by its offset file, though a run completed it at 2026-11-28T03:05:10Z")
                .endsWith("GO ON");
        assertThat(String.join(" ", lines(gone)).replaceAll(" +", " "))
                .startsWith("documents: not complete: its offset file is gone, though a run completed it at")
                .contains("The offset file is gone: the next run would read all again.");
    }

    @Test
    void namesAnOutcomeThatOnlyANewerVersionKnows() {
        LatestRun run = new LatestRun(
                BEGAN,
                4242,
                "db1",
                "9",
                Map.of(),
                true,
                Optional.of(NOW),
                Optional.empty(),
                Optional.of("POSTPONED"),
                Optional.empty(),
                Optional.empty(),
                List.of());
        MigrationInfo info = info(State.STOPPED, run, List.of(stage("orders", Phase.READING, 1, 2, 0)));

        assertThat(String.join(" ", lines(info)).replaceAll(" +", " "))
                .startsWith("documents: ended with \"POSTPONED\", as a newer version wrote at 2026-11-28T03:05:10Z")
                .doesNotContain("bug");
        assertThat(StatusJson.of(info)).contains("\"outcome\":\"POSTPONED\",\"exit_status\":null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "COMPLETE | every row is as it should be",
                "DIFFERENCES_FOUND | differences found (exit status 7)",
                "INCOMPLETE | not all is migrated or compared (exit status 10)",
                "REJECTS_OUTSTANDING | nothing wrong but rejects (exit status 5)",
                "STOPPED | stopped",
                "STOPPED_BY_LIMIT | stopped",
                "SOURCE_FAILED | failed: CouchDB (exit status 3)",
                "OFFSETS_REFUSED | failed: the offset file is not fit for it (exit status 6)",
                "BUSY | failed: another run, or another's table (exit status 9)"
            })
    void saysHowTheLatestVerificationEnded(Outcome outcome, String said) {
        assertThat(String.join(" ", lines(verified(ended(outcome)))).replaceAll(" +", " "))
                .contains("Verification: %s, at 2026-11-28T03:05:10Z ".formatted(said));
    }

    @Test
    void tellsAVerificationThatGoesOn() {
        List<StageReach> stages = List.of(stage("orders", Phase.READING, 1, 2, 0));

        assertThat(lines(info(State.VERIFYING, going(), stages)))
                .startsWith("documents: being verified since 2026-11-28T02:00:10Z, for 1:05:00")
                .contains("Verification: goes on", "    kill 4242");
    }

    @Test
    void saysThatTheLatestVerificationNeverEnded() {
        assertThat(lines(verified(going())))
                .contains("Verification: killed, or its machine was, or stopped at once: it never ended");
    }

    private static MigrationInfo verified(LatestRun verification) {
        MigrationInfo info = info(State.COMPLETE, ended(Outcome.COMPLETE), List.of());
        return new MigrationInfo(
                info.slug(),
                info.at(),
                info.state(),
                info.holder(),
                info.source(),
                info.target(),
                info.migration(),
                Optional.of(new Reach(Optional.of(verification), Optional.of(NOW), List.of())),
                Optional.empty());
    }

    @Test
    void saysThatNothingIsSavedYet() {
        MigrationInfo info = info(State.KILLED, going(), List.of());
        MigrationInfo unsaved = new MigrationInfo(
                info.slug(),
                info.at(),
                info.state(),
                info.holder(),
                info.source(),
                info.target(),
                new Reach(info.migration().latest(), Optional.empty(), List.of()),
                Optional.empty(),
                Optional.empty());

        assertThat(String.join(" ", lines(unsaved)).replaceAll(" +", " "))
                .endsWith(
                        "To go on, run the same command again, with what else it was given; nothing was saved yet: GO ON");
    }

    @Test
    void tellsAStageThatCatchesUpAndOneThatTakesDays() {
        StageReach endless = new StageReach(
                "orders",
                Phase.READING,
                1,
                OptionalLong.of(1_000_000),
                OptionalLong.of(999_999),
                0,
                OptionalDouble.of(2),
                Optional.empty());

        assertThat(lines(info(State.RUNNING, going(), List.of(endless, stage("items", Phase.CATCHING_UP, 2, 2, 0)))))
                .contains(
                        "orders                          1   1,000,000   0%        2     5d 18h        0",
                        "items                           2           2  99%          catches up        0");
    }

    private static List<String> lines(MigrationInfo info) {
        return new StatusText(info, Path.of("logs"), COMMANDS).lines();
    }

    private static MigrationInfo info(State state, LatestRun run, List<StageReach> stages) {
        boolean held = state == State.RUNNING || state == State.VERIFYING;
        return new MigrationInfo(
                "documents",
                NOW,
                state,
                held ? Optional.of(new Holder(4242, "db1", BEGAN)) : Optional.empty(),
                Optional.of("http://couch:5984/"),
                Optional.of("PostgreSQL at db1:5432/hq"),
                new Reach(Optional.of(run), Optional.of(NOW), stages),
                state == State.VERIFYING
                        ? Optional.of(new Reach(Optional.of(run), Optional.of(NOW), stages))
                        : Optional.empty(),
                Optional.empty());
    }

    private static StageReach stage(String name, Phase phase, long done, long total, long rejects) {
        return new StageReach(
                name,
                phase,
                done,
                OptionalLong.of(total),
                OptionalLong.of(phase == Phase.COMPLETE ? 0 : 1),
                rejects,
                OptionalDouble.empty(),
                phase == Phase.COMPLETE ? Optional.of(NOW) : Optional.empty());
    }

    private static LatestRun going() {
        return new LatestRun(
                BEGAN,
                4242,
                "db1",
                "1",
                Map.of(),
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(
                        new Wait(Kind.OUTAGE, "PostgreSQL", "no\nconnection", BEGAN, Optional.empty()),
                        new Wait(
                                Kind.PAUSE,
                                "logs/documents.throttle",
                                "an operator wants it",
                                BEGAN,
                                Optional.empty())));
    }

    private static MigrationInfo verified(LatestRun verification, List<StageReach> stages) {
        MigrationInfo complete = info(State.COMPLETE, ended(Outcome.COMPLETE), stages);
        return new MigrationInfo(
                complete.slug(),
                complete.at(),
                complete.state(),
                complete.holder(),
                complete.source(),
                complete.target(),
                complete.migration(),
                Optional.of(new Reach(Optional.of(verification), Optional.empty(), List.of())),
                Optional.empty());
    }

    private static LatestRun ended(Outcome outcome) {
        return ended(outcome, Map.of());
    }

    private static LatestRun ended(Outcome outcome, Map<String, Object> settings) {
        return ended(outcome, settings, Optional.empty());
    }

    private static LatestRun ended(Outcome outcome, Map<String, Object> settings, Optional<Limit> limit) {
        return new LatestRun(
                BEGAN,
                4242,
                "db1",
                "1",
                settings,
                true,
                Optional.of(NOW),
                Optional.of(outcome),
                Optional.empty(),
                Optional.of("table is gone: give startOver(true)" + " again and again".repeat(20)),
                limit,
                List.of());
    }
}
