// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.commcare.SampleDocuments;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a demo says where the program that it starts does not do what it should. */
@ExtendWith(MigratorExtension.class)
final class FailingProgramIT {
    private final List<String> lines = new ArrayList<>();

    @TempDir
    private Path directory;

    private Path launcher;

    @BeforeEach
    void writeProgram() throws IOException {
        launcher = Files.writeString(directory.resolve("migrator"), "#!/bin/sh\necho no; exit 3\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void givesUpAfterAFewRuns(CouchDouble couch, TestDatabase target) throws Exception {
        Narrator narrator = new Narrator(lines::add);
        try (Closer closer = new Closer(narrator)) {
            Terminal terminal = new Terminal(
                    narrator, new Servers(couch, target), new Program(launcher, directory, Map.of()), closer);

            assertThat(terminal.runsUntilDone(List.of("run"))).isFalse();
        }

        assertThat(lines)
                .startsWith("   $ migrator run", "   | no", "   Exit status 3.")
                .endsWith("   FAILED: it did not exit with 0 in 5 runs.")
                .hasSize(16);
    }

    @Test
    void asksForAReportWhereTheStoryEndsTooEarly() {
        int status = new Demo(lines::add, launcher).ofDocuments(false);

        assertThat(status).isEqualTo(1);
        assertThat(lines)
                .endsWith(
                        "   FAILED: the run ended by itself with status 3, before half the rows were there.",
                        "",
                        "The demo failed: see above. Please report this bug, with all these lines.");
    }

    @Test
    void saysWhyItCannotGoOn() {
        Demo demo = new Demo(lines::add, directory.resolve("none"));

        assertThatThrownBy(() -> demo.ofDocuments(false))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "the demo could not go on: Cannot run program \"%s\"", directory.resolve("none"));
    }

    /** Killed once, and then it ends with 0 and has done nothing. */
    @Test
    void saysWhatIsWrongWithRowsAndReading(CouchDouble couch, TestDatabase target) throws Exception {
        SampleDocuments sample = SampleDocuments.of("commcarehq", 1, 20, 100);
        sample.loadInto(target);
        Files.writeString(launcher, "#!/bin/sh\ntest -e ran && exit 0\ntouch ran\nexec sleep 60\n");
        CompletableFuture<Void> rows = CompletableFuture.runAsync(() -> {
            await().until(() -> Files.exists(directory.resolve("ran")));
            insertRows(target);
        });
        Narrator narrator = new Narrator(lines::add);
        boolean good;
        try (Closer closer = new Closer(narrator)) {
            Servers servers = new Servers(couch, target);
            Program program = new Program(launcher, directory, Map.of());
            good = new KillAndResume(narrator, sample, servers, program, closer).tell();
        }

        rows.join();
        assertThat(good).isFalse();
        assertThat(lines)
                .anyMatch(line -> line.endsWith(": FAILED, they should be exact."))
                .endsWith("   FAILED: it began all over again.");
    }

    private static void insertRows(TestDatabase target) {
        try {
            target.execute(
                    "insert into blobs_blobmeta (domain, parent_id, name, key, type_code, content_length, created_on)"
                            + " select 'd', 'p', 'n', 'k' || i, 1, 1, now() from generate_series(1, 100) i");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
