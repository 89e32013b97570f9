// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Listener;
import io.couchmigrator.Listener.Wait;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CourseTest {
    private final Course course = new Course();

    /** As a run tells it, among others. */
    private final Listener told = Listeners.of(List.of(new Listener() {}, course));

    @Test
    void countsWhatIsResolved() {
        told.resolved("commcarehq", "a");
        told.resolved("IcdsFile", "1");

        assertThat(course.resolved()).isEqualTo(2);
    }

    @Test
    void knowsWhetherStartingOverIsDone() {
        told.started(Path.of("logs/x"));
        assertThat(course.begun()).isFalse();

        told.setAside(Path.of("logs/migrate_metadata.offsets.json.20181024T205839Z.bak"));

        assertThat(course.begun()).isTrue();
    }

    @Test
    void knowsWhichFilePausesIt() {
        Wait pause = new Wait(Wait.Kind.PAUSE, "logs/x.throttle", "", Instant.EPOCH, Optional.empty());
        Wait outage = new Wait(Wait.Kind.OUTAGE, "CouchDB", "", Instant.EPOCH, Optional.empty());
        told.waiting(outage);
        assertThat(course.pausedBy()).isEmpty();

        told.waiting(pause);
        told.resumed(outage);
        assertThat(course.pausedBy()).contains("logs/x.throttle");

        told.resumed(pause);
        assertThat(course.pausedBy()).isEmpty();
    }

    @Test
    void remembersWhatWasSkipped() {
        told.stageSkipped("IcdsFile", "its table is not there");

        assertThat(course.skipped()).containsExactly("IcdsFile");
    }
}
