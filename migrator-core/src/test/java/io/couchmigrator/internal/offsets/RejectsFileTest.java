// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RejectsFileTest {
    private static final DocumentId A = new DocumentId("a\n\ud83d ü");
    private static final DocumentId B = new DocumentId("b");
    private static final Optional<String> WRITTEN = Optional.of("1-a");
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2018-10-24T20:58:39Z"), ZoneOffset.UTC);

    @TempDir
    private Path logs;

    private Path path;

    @BeforeEach
    void name() {
        path = logs.resolve("orders.rejects.jsonl");
    }

    @Test
    void makesNoFileBeforeThereIsSomethingToWrite() {
        try (RejectsFile rejects = open()) {
            assertThat(rejects.outstanding()).isZero();
            assertThat(rejects.resolved("orders", A, WRITTEN)).isFalse();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void knowsAfterReopeningWhatIsOutstanding() {
        try (RejectsFile rejects = open()) {
            rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
            rejects.rejected(B, rejection("orders", "1-b", "wrong-type"), Optional.empty());
            rejects.rejected(new RowId(5), rejection("lines", null, "value-too-long"), Optional.empty());
            assertThat(rejects.resolved("orders", A, WRITTEN)).isTrue();
            assertThat(rejects.resolved("lines", B, WRITTEN)).isFalse();
            rejects.rejected(A, rejection("orders", "2-a", "wrong-type"), Optional.empty());
            rejects.resolved("orders", B, WRITTEN);
        }

        try (RejectsFile rejects = open()) {
            assertThat(rejects.outstanding()).isEqualTo(2);
            assertThat(rejects.rejected("orders")).containsExactly(A);
            assertThat(rejects.rejected("lines")).containsExactly(new RowId(5));
            assertThat(rejects.isRejected("orders", A)).isTrue();
            assertThat(rejects.isRejected("orders", B)).isFalse();
        }
    }

    /** The reason is all that an operator has: the same type may be wrong in another field by now. */
    @Test
    void tellsARejectionAgainOnlyWhereItsRevisionCodeOrReasonIsAnother() throws IOException {
        Rejection first = rejection("orders", "1-a", "wrong-type");
        for (int run = 0; run < 2; run++) {
            try (RejectsFile rejects = open()) {
                rejects.rejected(A, first, Optional.empty());
            }
        }
        assertThat(Files.readAllLines(path)).hasSize(1);

        Rejection other = new Rejection("orders", "any", first.rev(), first.code(), "another reason");
        for (int run = 0; run < 2; run++) {
            try (RejectsFile rejects = open()) {
                rejects.rejected(A, other, Optional.empty());
                assertThat(rejects.outstanding()).isEqualTo(1);
            }
        }
        assertThat(Files.readAllLines(path)).hasSize(2).last().asString().contains("another reason");
    }

    @Test
    void keepsWhatAVerificationFoundApartFromWhatRunsRejected() throws IOException {
        try (RejectsFile rejects = open()) {
            rejects.toWrite("orders", A, "1-a", Kind.MISSING);
            rejects.toWrite("orders", A, "1-a", Kind.DIFFERENT);
            rejects.toWrite("orders", B, "1-a", Kind.DIFFERENT);
            rejects.rejected(new RowId(5), rejection("orders", null, "missing"), Optional.empty());
            rejects.toWrite("orders", new RowId(5), "1-a", Kind.MISSING);
        }

        assertThat(Files.readAllLines(path)).hasSize(3);
        try (RejectsFile rejects = open()) {
            assertThat(rejects.outstanding()).isEqualTo(3);
            assertThat(rejects.outstandingRejects()).isEqualTo(1);
            assertThat(rejects.toWrite("orders")).containsExactly(A, B);
            assertThat(rejects.rejected("orders")).containsExactly(new RowId(5));
            assertThat(rejects.isRejected("orders", A)).isFalse();
            rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
            assertThat(rejects.isRejected("orders", A)).isTrue();
            assertThat(rejects.resolved("orders", B, WRITTEN)).isTrue();
            assertThat(rejects.toWrite("orders")).isEmpty();
        }
    }

    /** Only a verification can tell whether what a run wrote is there: one has seen once that it was not. */
    @Test
    void leavesToAVerificationWhatOneFoundAgainAfterARunHadWrittenIt() throws IOException {
        try (RejectsFile rejects = open()) {
            assertThat(rejects.toWrite("orders", A, "1-a", Kind.DIFFERENT)).isFalse();
            assertThat(rejects.resolved("orders", A, WRITTEN)).isTrue();
        }

        try (RejectsFile rejects = open()) {
            assertThat(rejects.toWrite("orders", A, "1-a", Kind.DIFFERENT)).isTrue();
            assertThat(rejects.resolved("orders", A, WRITTEN)).isFalse();
            assertThat(rejects.toWrite("orders", A, "1-a", Kind.MISSING)).isTrue();
        }

        assertThat(Files.readAllLines(path)).hasSize(3);
        try (RejectsFile rejects = open()) {
            assertThat(rejects.toWrite("orders")).containsExactly(A);
            assertThat(rejects.outstandingAgain()).isEqualTo(1);
            rejects.confirmed("orders", A);
            rejects.confirmed("orders", A);
            assertThat(rejects.outstanding()).isZero();
            assertThat(rejects.toWrite("orders", A, "1-a", Kind.DIFFERENT)).isTrue();
        }
        assertThat(Files.readAllLines(path)).hasSize(5);
    }

    /** A row that should not be there is deleted, which no revision tells of. */
    @Test
    void neverTakesWhatIsExtraForFoundAgain() throws IOException {
        try (RejectsFile rejects = open()) {
            rejects.toWrite("orders", A, "1-a", Kind.MISSING);
            rejects.resolved("orders", A, WRITTEN);

            assertThat(rejects.toWrite("orders", A, "1-a", Kind.EXTRA)).isFalse();
        }

        assertThat(Files.readAllLines(path)).last().asString().contains("\"event\":\"extra\"");
        try (RejectsFile rejects = open()) {
            assertThat(rejects.toWrite("orders")).containsExactly(A);
            assertThat(rejects.resolved("orders", A, Optional.empty())).isTrue();
            assertThat(rejects.outstanding()).isZero();
        }
    }

    @Test
    void takesAnotherRevisionOrNoneForAFreshStart() {
        try (RejectsFile rejects = open()) {
            for (Optional<String> end : List.of(Optional.of("2-a"), Optional.<String>empty())) {
                rejects.toWrite("orders", A, "1-a", Kind.MISSING);
                rejects.resolved("orders", A, WRITTEN);
                rejects.toWrite("orders", A, "1-a", Kind.MISSING);
                assertThat(rejects.outstandingAgain()).isEqualTo(1);

                assertThat(rejects.resolved("orders", A, end)).isTrue();

                assertThat(rejects.toWrite("orders", A, "3-a", Kind.MISSING)).isFalse();
                rejects.resolved("orders", A, Optional.empty());
            }
        }
    }

    @Test
    void confirmsNothingThatARunRejected() {
        try (RejectsFile rejects = open()) {
            rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
            rejects.confirmed("orders", A);
            rejects.confirmed("orders", B);

            assertThat(rejects.isRejected("orders", A)).isTrue();
        }
    }

    @Test
    void writesWhatIsKnownAlreadyOnlyOnce() throws IOException {
        for (int run = 0; run < 3; run++) {
            try (RejectsFile rejects = open()) {
                rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
                rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
            }
        }

        assertThat(Files.readAllLines(path)).hasSize(1);
        try (RejectsFile rejects = open()) {
            rejects.rejected(A, rejection("orders", "1-a", "missing-key"), Optional.empty());
            rejects.rejected(A, rejection("orders", "2-a", "missing-key"), Optional.empty());
        }
        assertThat(Files.readAllLines(path)).hasSize(3);
    }

    @Test
    void cutsOffALineThatWasBeingWritten() throws IOException {
        try (RejectsFile rejects = open()) {
            rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
            rejects.rejected(B, rejection("orders", "1-b", "wrong-type"), Optional.empty());
        }
        byte[] whole = Files.readAllBytes(path);
        int firstLine = new String(whole, StandardCharsets.ISO_8859_1).indexOf('\n') + 1;
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            try (RejectsFile rejects = open()) {
                assertThat(rejects.rejected("orders"))
                        .as("torn after %d bytes", length)
                        .isEqualTo(length < firstLine ? List.of() : List.of(A));
                rejects.rejected(B, rejection("orders", "1-b", "wrong-type"), Optional.empty());
            }
            try (RejectsFile rejects = open()) {
                assertThat(rejects.isRejected("orders", B)).isTrue();
            }
        }
    }

    /** Whatever was added later, by a run that was killed or by a verification, is no part of what an offset file knows. */
    @Test
    void belongsToAnOffsetFileAsLongAsItHasAllThatWasThereWhenThatWasSaved() throws IOException {
        List<RejectsMark> marks = new ArrayList<>();
        try (RejectsFile rejects = open()) {
            marks.add(rejects.mark());
            rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
            marks.add(rejects.mark());
            rejects.toWrite("lines", new RowId(5), "", Kind.MISSING);
            marks.add(rejects.mark());
            rejects.resolved("lines", new RowId(5), Optional.of(""));
            marks.add(rejects.mark());
            rejects.resolved("orders", A, WRITTEN);
            marks.add(rejects.mark());
            rejects.rejected(B, rejection("orders", "1-b", "wrong-type"), Optional.empty());
            marks.add(rejects.mark());
        }
        List<String> lines = Files.readAllLines(path);

        assertThat(marks).doesNotHaveDuplicates();
        for (int left = 0; left <= lines.size(); left++) {
            Files.write(path, lines.subList(0, left));
            for (int saved = 0; saved < marks.size(); saved++) {
                assertThat(RejectEvents.read(path, marks.get(saved)).isWhole())
                        .as("%d of %d lines that there were when it was saved", left, saved)
                        .isEqualTo(left >= saved);
            }
        }
    }

    @Test
    void belongsToNoOffsetFileWhereALineThatMattersIsAnother() throws IOException {
        RejectsMark saved;
        try (RejectsFile rejects = open()) {
            rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
            saved = rejects.mark();
            rejects.rejected(B, rejection("orders", "1-b", "wrong-type"), Optional.empty());
        }

        Files.writeString(path, Files.readString(path).replace("1-a", "2-a"));

        assertThat(RejectEvents.read(path, saved).isWhole()).isFalse();
        assertThat(RejectEvents.read(path, new RejectsMark(1, OptionalLong.empty()))
                        .isWhole())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{}",
                "{'event':'rejected'",
                "{'event':'forgotten','stage':'orders','doc_id':'a'}",
                "{'event':'rejected','stage':'orders','doc_id':'a'}",
                "{'event':'rejected','stage':'orders','doc_id':'a','code':null}",
                "{'event':'rejected','stage':null,'doc_id':'a','code':'x'}",
                "{'event':'rejected','stage':{},'doc_id':'a','code':'x'}",
                "{'event':'rejected','stage':'orders','doc_id':null,'code':'x'}",
                "{'event':'rejected','stage':'orders','doc_id':true,'code':'x'}",
                "{'event':'rejected','stage':'orders','doc_id':[],'code':'x'}",
                "{'event':'rejected','stage':'orders','doc_id':1.5,'code':'x'}",
                "{'event':['rejected','resolved'],'stage':'orders','doc_id':'a','code':'x'}"
            })
    void refusesALineThatIsNoEventAndNamesIt(String line) throws IOException {
        try (RejectsFile rejects = open()) {
            rejects.rejected(A, rejection("orders", "1-a", "wrong-type"), Optional.empty());
        }
        Files.writeString(path, Files.readString(path) + line.replace('\'', '"') + "\n" + Files.readString(path));

        for (ThrowingCallable refuses : List.<ThrowingCallable>of(this::open, () -> RejectEvents.read(path))) {
            assertThatThrownBy(refuses)
                    .isInstanceOf(OffsetsRefusedException.class)
                    .hasMessageStartingWith("line 2 of \"" + path + "\" is no event of a reject: ")
                    .hasMessageContaining("startOver(true)");
        }
    }

    @Test
    void leavesALineThatWasBeingWrittenWhereItIsOnlyProbed() throws IOException {
        RejectEvents.read(path);
        assertThat(path).doesNotExist();
        byte[] torn = "{\"event\":\"rejected\",\"doc_id\":\"\u00fc".getBytes(StandardCharsets.UTF_8);
        Files.write(path, Arrays.copyOf(torn, torn.length - 1));

        RejectEvents.read(path);

        assertThat(path).hasSize(torn.length - 1);
    }

    @Test
    void refusesWhatIsNotUtf8() throws IOException {
        Files.write(path, new byte[] {'\"', (byte) 0xfc, '\"', '\n'});

        assertThatThrownBy(this::open)
                .isInstanceOf(OffsetsRefusedException.class)
                .hasMessageStartingWith("\"" + path + "\" is not UTF-8: ");
    }

    private RejectsFile open() {
        return RejectsFile.open(RejectEvents.read(path), stage -> true, CLOCK);
    }

    private static Rejection rejection(String stage, @Nullable String rev, String code) {
        return new Rejection(stage, "any", Optional.ofNullable(rev), code, "a reason");
    }
}
