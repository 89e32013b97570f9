// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.atIndex;

import io.couchmigrator.CheckReport;
import io.couchmigrator.CheckReport.SourceCheck;
import io.couchmigrator.CheckReport.StageCheck;
import io.couchmigrator.CompletionTable;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.LimitException;
import io.couchmigrator.LimitException.Limit;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Migration;
import io.couchmigrator.MigrationException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.Outcome;
import io.couchmigrator.Result;
import io.couchmigrator.Result.Audit;
import io.couchmigrator.Result.Gaps;
import io.couchmigrator.SourceException;
import io.couchmigrator.Tallies;
import io.couchmigrator.Tallies.Rows;
import io.couchmigrator.Tallies.Verified;
import io.couchmigrator.TargetException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {
    private static final String NEXT = "migrator run migrate_metadata --log-dir=logs";

    private final Verdict verdict = new Verdict(migration(), Path.of("logs"), false);

    @Test
    void saysThatAllIsThere() {
        assertThat(ofRun(result(Outcome.COMPLETE, 745, 0, 0)))
                .containsExactly(
                        "migrate_metadata is complete: 745 rows written, 0 already there, 0 rejected, 0:00:04 in this run."
                                + " Recorded in blobs_blobmigrationstate.");
    }

    @Test
    void namesTheCommandThatRunsOrVerifiesOn() {
        assertThat(endingOfRun(result(Outcome.COMPLETE, 745, 0, 0)).next()).isEmpty();
        assertThat(endingOfRun(result(Outcome.REJECTS_OUTSTANDING, 1, 0, 2)).next())
                .contains(NEXT);
        assertThat(endingOfRun(again(2, 2)).next()).contains("verify all");
        assertThat(endingOfRun(result(Outcome.STOPPED, 5, 6, 0)).next()).contains(NEXT);
    }

    /** A run compares nothing, so that it cannot find what is different. */
    @ParameterizedTest
    @EnumSource(names = {"DIFFERENCES_FOUND", "INCOMPLETE"})
    void knowsNoVerdictOnARunThatEndsAsAVerificationDoes(Outcome outcome) {
        assertThatThrownBy(() -> ofRun(result(outcome, 0, 0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no run ends with " + outcome);
    }

    @Test
    void saysThatAllWasThereBefore() {
        assertThat(ofRun(result(Outcome.COMPLETE, 0, 745, 0)))
                .singleElement()
                .asString()
                .contains("0 rows written, 745 already there");
    }

    @Test
    void namesTheStagesThatWereSkippedForLackOfATable() {
        Result complete = result(Outcome.COMPLETE, 745, 0, 0);
        Result unbegun = verification(
                Outcome.INCOMPLETE, Verified.NONE, 0, new Gaps(List.of("commcarehq", "DemoUserRestore"), List.of()));

        assertThat(Verdict.skipped(complete, List.of("IcdsFile")))
                .contains(
                        "1 stage was skipped, since its table is not in the database that was looked into: IcdsFile.");
        assertThat(Verdict.skipped(complete, List.of("CaseUploadFileMeta", "IcdsFile")))
                .contains(
                        "2 stages were skipped, since their tables are not in the database that was looked into: CaseUploadFileMeta, IcdsFile.");
        assertThat(Verdict.skipped(complete, List.of())).isEmpty();
        assertThat(Verdict.skipped(unbegun, List.of("DemoUserRestore"))).isEmpty();
        assertThat(Verdict.skipped(result(Outcome.STOPPED, 5, 6, 0), List.of("IcdsFile")))
                .isEmpty();
    }

    @Test
    void saysHowManyRejectsWereResolved() {
        assertThat(verdict.resolved(0)).isEmpty();
        assertThat(verdict.resolved(1))
                .contains(
                        "Resolved: 1 document that was rejected, missing, different or extra, named in logs/migrate_metadata.rejects.jsonl.");
    }

    @Test
    void saysWhereTheRejectsAreAndWhatToDo() {
        assertThat(ofRun(result(Outcome.REJECTS_OUTSTANDING, 1734, 0, 2)))
                .containsExactly(
                        "migrate_metadata is complete, but for rejects: 1,734 rows written, 0 already there, 2 rejected,"
                                + " 0:00:04 in this run. This run is not recorded in blobs_blobmigrationstate; an earlier record, if there is one, stays.",
                        "2 rejects are outstanding. To list them, and how to mend each:",
                        "    list rejects",
                        "When the cause is mended, run the same command again:",
                        "    " + NEXT);
    }

    @Test
    void saysThatOnlyAVerificationTellsWhetherWhatItFoundAgainIsMended() {
        Result one = again(1, 1);
        Result some = again(5, 2);
        Result verified = verification(Outcome.DIFFERENCES_FOUND, new Verified(1, 2, 0, 0, 0, 3));

        assertThat(ofRun(one))
                .contains(
                        "1 document is outstanding, 1 of them found by verify. To list them, and how to mend each:",
                        atIndex(1))
                .satisfies(
                        line -> assertThat(line)
                                .startsWith(
                                        "1 document was written once more that verify had found missing or different")
                                .endsWith(" verify, which takes it off the list:"),
                        atIndex(3))
                .endsWith("    verify all")
                .hasSize(5);
        assertThat(ofRun(some))
                .contains(
                        "5 documents are outstanding, 2 of them found by verify. To list them, and how to mend each:",
                        atIndex(1))
                .containsSubsequence("    " + NEXT, "    verify all")
                .anySatisfy(line -> assertThat(line).startsWith("2 documents were written once more "))
                .endsWith("    verify all");
        assertThat(ofVerification(verified)).anySatisfy(line -> assertThat(line)
                .startsWith("3 documents are missing or different although a run wrote them since: a trigger")
                .contains("another document has the same key", "Mend that first."));
    }

    private static Result again(long outstanding, long again) {
        return new Result(
                Outcome.REJECTS_OUTSTANDING,
                Tallies.NONE,
                9,
                9,
                9,
                outstanding,
                again,
                Audit.NONE,
                Gaps.NONE,
                List.of(),
                Duration.ZERO);
    }

    @Test
    void saysHowFarAStoppedRunCameAndHowToGoOn() {
        assertThat(ofRun(result(Outcome.STOPPED, 5, 6, 0)))
                .containsExactly(
                        "This run: 5 rows written, 6 already there, 0 rejected, 0:00:04.",
                        "Stopped at your request. In all runs, 1,204,000 of 9,310,220 documents are done. To go on, run the same"
                                + " command again:",
                        "    " + NEXT);
    }

    @Test
    void saysWhichSideFailed() {
        assertThat(ofRun(result(Outcome.SOURCE_FAILED, 0, 0, 0)).get(1))
                .startsWith("CouchDB failed (exit status 3). In all runs, 1,204,000 of 9,310,220 documents are done.");
        assertThat(ofRun(result(Outcome.TARGET_FAILED, 0, 0, 0)).get(1))
                .startsWith("PostgreSQL failed (exit status 4). ");
        assertThat(ofRun(result(Outcome.LOG_DIRECTORY_FAILED, 0, 0, 0)).get(1))
                .startsWith("The log directory cannot be used (exit status 6). ");
        assertThat(ofRun(result(Outcome.OFFSETS_REFUSED, 0, 0, 0)).get(1))
                .startsWith("The offset file is not fit for this run (exit status 6). ");
        assertThat(ofRun(result(Outcome.STOPPED_BY_LIMIT, 0, 0, 0)).get(1))
                .startsWith("Stopped by --max-rejects (exit status 8). ")
                .endsWith(
                        " done. Mend the cause of the rejects or raise the limit first, then give the command again:");
    }

    @Test
    void saysThatTheTimeWasUpAndThatNothingIsToBeMended() {
        assertThat(ofRun(outOfTime()))
                .containsExactly(
                        "This run: 5 rows written, 6 already there, 0 rejected, 0:00:04.",
                        "Stopped by --max-duration (exit status 8). In all runs, 1,204,000 of 9,310,220 documents are done. To go on, run"
                                + " the same command again:",
                        "    " + NEXT);
        assertThat(ofVerification(outOfTime()))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("Verified so far: "),
                        line -> assertThat(line).startsWith("Stopped by --max-duration (exit status 8). "),
                        line -> assertThat(line).isEqualTo("    verify again"));
    }

    @Test
    void saysWhoKeepsARunAway() {
        for (List<String> lines : List.of(
                ofRun(result(Outcome.BUSY, 0, 0, 0)), ofVerification(verification(Outcome.BUSY, Verified.NONE)))) {
            assertThat(lines)
                    .satisfies(
                            line -> assertThat(line)
                                    .startsWith(
                                            "Another run of this migration goes on, or a table of it is another's or nobody's (exit status 9). ")
                                    .endsWith(
                                            "Do what the error above says. If that is to wait for a run, then run the same command again:"),
                            atIndex(0))
                    .hasSize(2);
        }
    }

    @Test
    void saysWhereAVerificationListsWhatItFound() {
        Result found = verification(Outcome.DIFFERENCES_FOUND, new Verified(1, 0, 0, 0));

        assertThat(ofVerification(found))
                .satisfies(line -> assertThat(line).startsWith("migrate_metadata differs: "), atIndex(0))
                .contains("What was found is listed in logs/one.jsonl.", atIndex(1))
                .endsWith("    " + NEXT);
        assertThat(verdict.ofVerification(found, Optional.empty(), "verify again", NEXT, Optional.empty())
                        .lines()
                        .get(1))
                .contains(" is listed in logs/migrate_metadata-verify-*.jsonl.");
    }

    @Test
    void saysWhereAVerificationListsWhatWasLeftAlone() {
        Result verified = verification(Outcome.COMPLETE, new Verified(0, 0, 3, 0));

        assertThat(ofVerification(verified))
                .satisfies(line -> assertThat(line).startsWith("migrate_metadata is verified: "), atIndex(0))
                .contains("What was found is listed in logs/one.jsonl.", atIndex(1))
                .hasSize(2);
    }

    @Test
    void saysThatNotAllWasComparedAndHowToCompareIt() {
        Gaps gaps = new Gaps(List.of(), List.of("Stage \"a\" was compared by ids"));
        Result partly = verification(Outcome.INCOMPLETE, Verified.NONE, 0, gaps);
        Result unfinished = verification(Outcome.INCOMPLETE, new Verified(0, 0, 0, 7), 0, gaps);
        Optional<String> whole = Optional.of("verify all");

        assertThat(verdict.ofVerification(partly, Optional.empty(), "verify again", NEXT, whole)
                        .lines())
                .satisfies(
                        line -> assertThat(line).startsWith("migrate_metadata is right as far as it was compared: "),
                        atIndex(0))
                .contains("Stage \"a\" was compared by ids.", atIndex(1))
                .endsWith("To compare all that the rows hold:", "    verify all");
        assertThat(verdict.ofVerification(unfinished, Optional.empty(), "verify again", NEXT, whole)
                        .lines())
                .satisfies(line -> assertThat(line).contains("but not complete: "), atIndex(0))
                .endsWith("To migrate the rest, run the migration, then verify again:", "    " + NEXT);
    }

    @Test
    void saysThatARunDeletesWhatIsExtra() {
        Result found = verification(Outcome.DIFFERENCES_FOUND, new Verified(0, 0, 0, 0, 0, 0, 3));

        assertThat(ofVerification(found))
                .satisfies(line -> assertThat(line).contains("; of 9 documents 3 extra; "), atIndex(0))
                .contains("What was found is listed in logs/one.jsonl.", atIndex(1))
                .endsWith(
                        "To bring what is missing and delete what is extra, run the migration, then verify again:",
                        "    " + NEXT);
    }

    @Test
    void saysWhoDeletesWhatIsMisplaced() {
        Result found = verification(Outcome.DIFFERENCES_FOUND, new Verified(0, 0, 0, 0, 3));

        assertThat(ofVerification(found))
                .satisfies(line -> assertThat(line).contains("; of 9 documents 3 misplaced; "), atIndex(0))
                .satisfies(line -> assertThat(line).contains("misplaced_in", "Delete them there."), atIndex(1))
                .endsWith("When those rows are deleted, verify again:", "    verify again");
    }

    @Test
    void saysThatNothingIsMisplacedWhereSomethingMightBe() {
        Verdict sharded = new Verdict(migration(), Path.of("logs"), true);

        List<String> lines = sharded.ofVerification(
                        verification(Outcome.COMPLETE, Verified.NONE),
                        Optional.empty(),
                        "verify again",
                        NEXT,
                        Optional.empty())
                .lines();

        assertThat(lines)
                .containsExactly("migrate_metadata is verified: 8 rows as they should be, 2 missing, 3 different,"
                        + " 4 different and left alone, 0 misplaced; of 9 documents 0 misplaced; 0:00:04.");
    }

    @Test
    void saysInAFewWordsThatAllRowsAreAsTheyShouldBe() {
        Tallies all = new Tallies(9, 8, 1, 0, 0, 16);

        assertThat(ofVerification(compared(Outcome.COMPLETE, all)))
                .containsExactly(
                        "migrate_metadata is verified: 16 rows of 8 documents, all as they should be; 0:00:04.");
        assertThat(ofVerification(compared(Outcome.STOPPED, all)))
                .contains("Verified so far: 16 rows of 8 documents as they should be; 0:00:04.", atIndex(0));
    }

    @Test
    void countsNothingOfAVerificationThatReadNothing() {
        for (Outcome failed : List.of(
                Outcome.SOURCE_FAILED, Outcome.TARGET_FAILED, Outcome.LOG_DIRECTORY_FAILED, Outcome.OFFSETS_REFUSED)) {
            assertThat(ofVerification(compared(failed, Tallies.NONE)))
                    .contains("Verified so far: nothing; 0:00:04.", atIndex(0))
                    .hasSize(3);
        }
        assertThat(ofVerification(compared(Outcome.COMPLETE, Tallies.NONE)).get(0))
                .contains("0 rows of 0 documents, all as they should be");
    }

    @Test
    void saysOfTheAuditThatItIsNoneOfRows() {
        Audit none = new Audit(48, 0);
        Audit some = new Audit(1, 1);

        assertThat(Verdict.audit(audited(none)))
                .contains("48 pages read: no difference from CouchDB's own count. Only verify compares rows.");
        assertThat(Verdict.audit(audited(some)))
                .contains(
                        "1 page read: 1 difference from CouchDB's own count, explained by changes or read again. Only verify compares rows.");
        assertThat(Verdict.audit(audited(Audit.NONE))).isEmpty();
    }

    private static Result audited(Audit audit) {
        return new Result(Outcome.COMPLETE, Tallies.NONE, 9, 0, 9, 0, 0, audit, Gaps.NONE, List.of(), Duration.ZERO);
    }

    @Test
    void saysWhichDifferentRowsAreNoFault() {
        Tallies outgrown = new Tallies(9, 2, 0, 0, 0, 2, 0, new Verified(0, 0, 0, 7), new Rows(0, 3, 0, 0));
        Tallies both = new Tallies(9, 1, 0, 0, 0, 1, 0, new Verified(0, 1, 0, 7), new Rows(0, 4, 0, 0));

        assertThat(ofVerification(compared(Outcome.INCOMPLETE, outgrown)).get(0))
                .endsWith(
                        ": 2 rows as they should be, 3 different (of documents not yet migrated); of 9 documents 7 not yet migrated; 0:00:04.");
        assertThat(ofVerification(compared(Outcome.DIFFERENCES_FOUND, both)).get(0))
                .endsWith(
                        ": 1 row as they should be, 4 different (those of documents not yet migrated included); of 9 documents 1 different, 7 not yet migrated; 0:00:04.");
    }

    private static Result compared(Outcome outcome, Tallies tallies) {
        return new Result(outcome, tallies, 9, 0, 9, 0, 0, Audit.NONE, Gaps.NONE, List.of(), Duration.ofSeconds(4));
    }

    @Test
    void saysThatAllIsVerified() {
        assertThat(ofVerification(verification(Outcome.COMPLETE, Verified.NONE)))
                .singleElement()
                .asString()
                .startsWith("migrate_metadata is verified: ")
                .doesNotContain("misplaced");
    }

    @Test
    void saysThatRejectsAreOutstandingAndWhatToDo() {
        assertThat(ofVerification(verification(Outcome.REJECTS_OUTSTANDING, Verified.NONE, 2, Gaps.NONE)))
                .satisfies(
                        line -> assertThat(line).startsWith("migrate_metadata is verified, but for rejects: "),
                        atIndex(0))
                .contains("2 rejects are outstanding, listed in logs/migrate_metadata.rejects.jsonl.", atIndex(1))
                .endsWith(
                        "When the cause of the rejects is mended, run the migration, then verify again:",
                        "    " + NEXT);
    }

    @Test
    void saysWhatIsNotMigratedAndWhatToDo() {
        String rightSoFar = "migrate_metadata is right as far as it could be compared, but not complete: ";

        assertThat(ofVerification(verification(Outcome.INCOMPLETE, new Verified(0, 0, 0, 7))))
                .satisfies(
                        line -> assertThat(line).startsWith(rightSoFar).contains(" 7 not yet migrated; "), atIndex(0))
                .endsWith("To migrate the rest, run the migration, then verify again:", "    " + NEXT);
        Gaps unfinished = new Gaps(List.of("commcarehq"), List.of());
        assertThat(ofVerification(verification(Outcome.INCOMPLETE, Verified.NONE, 0, unfinished)))
                .contains("Stage commcarehq: no run has completed it.", atIndex(1))
                .endsWith("To migrate the rest, run the migration, then verify again:", "    " + NEXT);
    }

    @Test
    void repeatsWhatWasNotComparedAndSaysWhatToDo() {
        Gaps gaps = new Gaps(List.of(), List.of("Rows in main were not looked for: no privilege"));

        assertThat(ofVerification(verification(Outcome.INCOMPLETE, Verified.NONE, 0, gaps)))
                .contains("Rows in main were not looked for: no privilege.", atIndex(1))
                .endsWith("When what kept it from looking is mended, verify again:", "    verify again");
    }

    private Ending endingOfRun(Result result) {
        return verdict.of(result, NEXT, "verify all", "list rejects");
    }

    private List<String> ofRun(Result result) {
        return endingOfRun(result).lines();
    }

    private List<String> ofVerification(Result result) {
        return verdict.ofVerification(
                        result, Optional.of(Path.of("logs", "one.jsonl")), "verify again", NEXT, Optional.empty())
                .lines();
    }

    private static Result verification(Outcome outcome, Verified verified) {
        return verification(outcome, verified, 0, Gaps.NONE);
    }

    private static Result verification(Outcome outcome, Verified verified, long outstanding, Gaps gaps) {
        return new Result(
                outcome,
                new Tallies(9, 8, 0, 0, 0, 8, 0, verified, new Rows(2, 3, 4, 0)),
                9,
                0,
                9,
                outstanding,
                outstanding / 2,
                Audit.NONE,
                gaps,
                List.of(),
                Duration.ofSeconds(4));
    }

    @Test
    void saysThatNothingWasRead() {
        for (long counted : List.of(0L, 5_075L)) {
            Result early = new Result(
                    Outcome.SOURCE_FAILED,
                    Tallies.NONE,
                    0,
                    0,
                    counted,
                    0,
                    0,
                    Audit.NONE,
                    Gaps.NONE,
                    List.of(),
                    Duration.ZERO);

            assertThat(ofRun(early).get(1)).contains("No document was read.");
        }
    }

    @Test
    void saysThatNothingIsDoneWhereAllThatWasReadIsRejected() {
        Tallies rejected = new Tallies(3, 0, 0, 3, 0, 0);
        Result stopped =
                new Result(Outcome.STOPPED, rejected, 0, 0, 9, 3, 0, Audit.NONE, Gaps.NONE, List.of(), Duration.ZERO);

        assertThat(ofRun(stopped).get(1)).contains("0 of 9 documents are done.");
    }

    @Test
    void tellsThisRunFromAllOnlyWhereThereWereMore() {
        Tallies all = new Tallies(9, 9, 0, 0, 9, 0);
        Result first = new Result(
                Outcome.COMPLETE, all, 9, 0, 9, 0, 0, Audit.NONE, Gaps.NONE, List.of(), Duration.ofSeconds(4));

        assertThat(ofRun(first))
                .containsExactly("migrate_metadata is complete: 9 rows written, 0 already there, 0 rejected, 0:00:04."
                        + " Recorded in blobs_blobmigrationstate.");
        assertThat(ofRun(result(Outcome.COMPLETE, 1, 0, 0)))
                .containsExactly(
                        "migrate_metadata is complete: 1 row written, 0 already there, 0 rejected, 0:00:04 in this run."
                                + " Recorded in blobs_blobmigrationstate.");
    }

    /** What changed meanwhile and what was rejected before is read, and no part of what is done. */
    @Test
    void tellsThisRunFromAllWhereItReadMoreThanIsDone() {
        Tallies read = new Tallies(90, 90, 0, 0, 90, 0);
        Result stopped =
                new Result(Outcome.STOPPED, read, 9, 4, 20, 0, 0, Audit.NONE, Gaps.NONE, List.of(), Duration.ZERO);

        assertThat(ofRun(stopped).get(1)).contains("In all runs, 9 of 20 documents are done.");
    }

    @Test
    void countsOneInTheSingular() {
        Tallies one = new Tallies(1, 1, 0, 0, 1, 0);
        Result stopped =
                new Result(Outcome.STOPPED, one, 1, 0, 1, 0, 0, Audit.NONE, Gaps.NONE, List.of(), Duration.ZERO);

        assertThat(ofRun(stopped))
                .satisfies(line -> assertThat(line).startsWith("This run: 1 row written, "), atIndex(0))
                .satisfies(line -> assertThat(line).contains("1 of 1 document is done."), atIndex(1));
    }

    @Test
    void asksForAllErrorsToBeMended() {
        List<MigrationException> two = List.of(new SourceException("no database"), new TargetException("no table"));

        for (int errors = 1; errors <= 2; errors++) {
            List<MigrationException> found = two.subList(0, errors);
            Result failed = new Result(
                    Outcome.TARGET_FAILED, Tallies.NONE, 0, 0, 0, 0, 0, Audit.NONE, Gaps.NONE, found, Duration.ZERO);
            String asked = errors == 1 ? " When the error above is mended, " : " When the errors above are mended, ";

            assertThat(ofRun(failed).get(1)).contains(asked);
            assertThat(new CheckVerdict("migrate_metadata", checked(List.of(), found))
                            .lines(NEXT)
                            .get(0))
                    .contains(asked);
        }
    }

    @Test
    void leavesTheChoiceThatAnErrorLeaves() {
        List<MigrationException> errors = List.of(
                new OffsetsRefusedException("go on with acceptNewSource(true), or start over with startOver(true)"));
        Result refused = new Result(
                Outcome.OFFSETS_REFUSED, Tallies.NONE, 0, 0, 0, 0, 0, Audit.NONE, Gaps.NONE, errors, Duration.ZERO);
        String choice = " again, with --reset or --accept-new-source if you choose that:";

        assertThat(ofRun(refused)).satisfies(line -> assertThat(line).endsWith(choice), atIndex(1));
        assertThat(ofRun(refused)).endsWith("    " + NEXT);
        assertThat(new CheckVerdict("migrate_metadata", checked(List.of(), errors))
                        .lines(NEXT)
                        .get(0))
                .endsWith(choice);
    }

    @Test
    void sendsNobodyIntoAVerificationThatIsRefusedForEver() {
        Ending reread = ofRefusedVerification("do as that did, or read all again by run() with reread(true)");
        Ending other = ofRefusedVerification("go on by run() with acceptNewSource(true)");

        assertThat(reread.lines())
                .endsWith(
                        "The offset file is not fit for this verification (exit status 6). No document was read. Verify as the run did that wrote the file, or first read all again:",
                        "    run it --reread",
                        "Then verify again:",
                        "    verify again");
        assertThat(reread.next()).contains("run it --reread");
        assertThat(other.lines())
                .endsWith(
                        "The offset file is not fit for this verification (exit status 6). No document was read. When the error above is mended, run the same command again:",
                        "    verify again");
    }

    private static Ending ofRefusedVerification(String error) {
        Result refused = new Result(
                Outcome.OFFSETS_REFUSED,
                Tallies.NONE,
                0,
                0,
                0,
                0,
                0,
                Audit.NONE,
                Gaps.NONE,
                List.of(new OffsetsRefusedException(error)),
                Duration.ZERO);
        return new Verdict(migration(), Path.of("logs"), false)
                .ofVerification(refused, Optional.empty(), "verify again", "run it", Optional.empty());
    }

    @Test
    void namesTheFileToSendWithABugAndShowsNoPassword() {
        RuntimeException bug = new IllegalStateException("cannot reach http://admin:hunter2@couch/");

        assertThat(verdict.ofUnexpected(bug, Duration.ofSeconds(3), Path.of("logs", "migrator.log"), NEXT)
                        .lines())
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).doesNotContain("hunter2"))
                .anySatisfy(line -> assertThat(line).contains("send the file logs/migrator.log"))
                .endsWith("    " + NEXT);
    }

    @Test
    void tellsWhatACheckFoundWithTheStatusOfTheGravestFault() {
        List<StageCheck> stages = List.of(
                new StageCheck(
                        "commcarehq",
                        "CommCareAudio",
                        OptionalLong.of(1266),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()),
                new StageCheck(
                        "IcdsFile",
                        "IcdsFile",
                        OptionalLong.empty(),
                        Optional.of("no table"),
                        Optional.empty(),
                        Optional.empty()));
        CheckVerdict fit = new CheckVerdict("migrate_metadata", checked(stages, List.of()));
        List<MigrationException> found = List.of(
                new SourceException("no database"),
                new LogDirectoryException("not writable"),
                new TargetException("no table"));
        CheckVerdict unfit = new CheckVerdict("migrate_metadata", checked(stages, found));

        assertThat(fit.lines(NEXT))
                .containsExactly("migrate_metadata can run: 1,266 documents in 2 stages. To run it:", "    " + NEXT);
        assertThat(fit.exitStatus()).isZero();
        assertThat(unfit.lines(NEXT).get(0)).startsWith("migrate_metadata cannot run: 3 faults.");
        assertThat(unfit.exitStatus()).isEqualTo(6);
        assertThat(new CheckVerdict("migrate_metadata", checked(stages, List.of(found.get(0), found.get(2))))
                        .exitStatus())
                .isEqualTo(4);
    }

    private static CheckReport checked(List<StageCheck> stages, List<MigrationException> faults) {
        SourceCheck source = new SourceCheck("CouchDB at http://couch/", Optional.empty(), false);
        return new CheckReport(source, List.of(), stages, OptionalLong.empty(), faults, List.of());
    }

    @Test
    void tellsDeletedRowsWhereThereAreAny() {
        Tallies tallies = new Tallies(9, 5, 0, 0, 5, 1, 1_003, Verified.NONE, Rows.NONE);
        Result complete = new Result(
                Outcome.COMPLETE, tallies, 9, 0, 9, 0, 0, Audit.NONE, Gaps.NONE, List.of(), Duration.ofSeconds(4));

        assertThat(ofRun(complete))
                .singleElement()
                .asString()
                .contains("5 rows written, 1 already there, 1,003 deleted, 0 rejected, 0:00:04");
    }

    private static Result outOfTime() {
        return result(Outcome.STOPPED_BY_LIMIT, 5, 6, 0, List.of(new LimitException(Limit.DURATION, "the time is up")));
    }

    private static Result result(Outcome outcome, long written, long alreadyThere, long rejected) {
        return result(outcome, written, alreadyThere, rejected, List.of());
    }

    private static Result result(
            Outcome outcome, long written, long alreadyThere, long rejected, List<MigrationException> failures) {
        Tallies tallies = new Tallies(written + alreadyThere, written, 0, rejected, written, alreadyThere);
        return new Result(
                outcome,
                tallies,
                1_204_000,
                1_203_989,
                9_310_220,
                rejected,
                0,
                Audit.NONE,
                Gaps.NONE,
                failures,
                Duration.ofMillis(4_321));
    }

    private static Migration migration() {
        return Migration.builder("migrate_metadata")
                .stage(DocumentStage.<String>builder("commcarehq")
                        .transform((document, context) -> List.of())
                        .writer((connection, changes) -> changes.size())
                        .build())
                .completion(new CompletionTable("blobs_blobmigrationstate", "slug", "timestamp"))
                .build();
    }
}
