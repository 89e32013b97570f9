// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.Document;
import io.couchmigrator.DocumentStage;
import io.couchmigrator.Listener;
import io.couchmigrator.Migration;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.offsets.OffsetFile;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.RejectEvents;
import io.couchmigrator.internal.offsets.RejectsFile;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.TargetIdentity;
import io.couchmigrator.internal.retry.Reporter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TickerTest {
    private static final Instant NOW = Instant.parse("2018-10-24T20:58:39Z");

    private final Failures failures = new Failures();
    private final BreakingClock clock = new BreakingClock();

    @TempDir
    private Path logs;

    @Test
    void tellsOfAnErrorAndTheCheckpointThatItBrokeIsMadeLater() {
        try (LogDirectory directory = LogDirectory.open(logs, "orders", "run", NOW);
                RejectsFile rejects =
                        RejectsFile.open(RejectEvents.read(directory.rejects()), stage -> true, Clock.systemUTC());
                Checkpoints checkpoints = checkpoints(new OffsetFile(directory), rejects)) {
            checkpoints.keep(planned());

            try (Ticker ticker = ticker(checkpoints, directory)) {
                await().atMost(Duration.ofSeconds(30)).until(() -> failures.bug() != null);
                assertThat(ticker).isNotNull();
            }
            clock.broken = false;
            checkpoints.saveIfChanged();

            assertThat(failures.bug()).isInstanceOf(OutOfMemoryError.class);
            assertThat(OffsetFile.load(directory.offsets()).orElseThrow().stages())
                    .extracting(StageOffset::name)
                    .containsExactly("orders");
        }
    }

    private Ticker ticker(Checkpoints checkpoints, LogDirectory directory) {
        Reporter reporter = new Reporter(new Listener() {});
        return new Ticker(checkpoints, new Stages(migration()), reporter, directory, () -> false, failures::add);
    }

    private Checkpoints checkpoints(OffsetFile file, RejectsFile rejects) {
        TargetIdentity target = new TargetIdentity(
                Optional.empty(), "shop", 16385, Map.of("orders", 16387L), OptionalLong.empty(), List.of(), Map.of());
        return new Checkpoints(
                migration(),
                "http://localhost:5984/",
                null,
                target,
                "PostgreSQL",
                file,
                rejects,
                new Reporter(new Listener() {}),
                clock);
    }

    private static StageOffset planned() {
        return StageOffset.planned("orders", 1, Optional.empty(), null, 0, NOW, List.of(RangeOffset.of(null, null)));
    }

    private static Migration migration() {
        return Migration.builder("orders")
                .stage(DocumentStage.<Document>builder("orders")
                        .transform((document, context) -> List.of())
                        .writer((connection, changes) -> 0)
                        .build())
                .build();
    }

    /** A clock for which there is no memory, for a while. */
    private static final class BreakingClock extends Clock {
        private volatile boolean broken = true;

        @Override
        public Instant instant() {
            if (broken) {
                throw new OutOfMemoryError("made by the test");
            }
            return NOW;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
