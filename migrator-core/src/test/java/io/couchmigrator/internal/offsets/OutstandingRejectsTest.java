// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationInfo;
import io.couchmigrator.MigrationInfo.Outstanding;
import io.couchmigrator.Rejection;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OutstandingRejectsTest {
    @TempDir
    private Path logs;

    private Path file;

    @BeforeEach
    void reject() {
        file = logs.resolve("orders.rejects.jsonl");
        try (RejectsFile rejects = RejectsFile.open(RejectEvents.read(file), stage -> true, Clock.systemUTC())) {
            rejects.rejected(new DocumentId("a"), rejection("a", "too-large"), Optional.empty());
            rejects.rejected(new DocumentId("b"), rejection("b", "wrong-type"), Optional.empty());
            rejects.rejected(new RowId(7), ofRow(), Optional.empty());
            rejects.toWrite("orders", new DocumentId("c"), "1-c", Kind.MISSING);
            rejects.resolved("orders", new DocumentId("b"), Optional.empty());
        }
    }

    @Test
    void tellsWhatIsOutstandingByItsCodeAndNothingElse() {
        Outstanding outstanding = MigrationInfo.outstanding(logs, "orders");
        List<Rejection> large = new ArrayList<>();
        List<Rejection> missing = new ArrayList<>();

        outstanding.forEach("too-large", large::add);
        outstanding.forEach("missing", missing::add);

        assertThat(outstanding.byCode())
                .containsOnlyKeys("missing", "too-large")
                .containsEntry("too-large", 2L);
        assertThat(large).containsExactly(rejection("a", "too-large"), ofRow());
        assertThat(missing).singleElement().satisfies(found -> {
            assertThat(found.id()).isEqualTo("c");
            assertThat(found.rev()).hasValue("1-c");
            assertThat(found.reason()).isEqualTo("a verification did not find a row of it");
        });
    }

    @Test
    void countsWhatAVerificationFoundWhateverCodesAnOperatorUses() {
        try (RejectsFile rejects = RejectsFile.open(RejectEvents.read(file), stage -> true, Clock.systemUTC())) {
            rejects.rejected(new DocumentId("d"), rejection("d", "missing"), Optional.empty());
        }

        Outstanding outstanding = MigrationInfo.outstanding(logs, "orders");

        assertThat(outstanding.byCode()).containsEntry("missing", 2L);
        assertThat(outstanding.foundByVerification()).isEqualTo(1);
    }

    @Test
    void takesNoLineOfAFileThatWasReplacedMeanwhile() throws IOException {
        Outstanding outstanding = MigrationInfo.outstanding(logs, "orders");
        List<String> lines = Files.readAllLines(file);

        Files.write(file, lines.subList(2, lines.size()));

        assertThatThrownBy(() -> outstanding.forEach("too-large", found -> {}))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("was replaced while it was read");
    }

    @Test
    void tellsNothingWhereNothingWasRejected() throws IOException {
        Files.delete(file);

        assertThat(MigrationInfo.outstanding(logs, "orders").byCode()).isEmpty();
    }

    private static Rejection rejection(String id, String code) {
        return new Rejection("orders", id, Optional.of("1-" + id), code, "why");
    }

    private static Rejection ofRow() {
        return new Rejection("rows", "7", Optional.empty(), "too-large", "why");
    }
}
