// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log directory in which something else is in the place of a file, or in which an operator has left a pause. */
@ExtendWith(MigratorExtension.class)
final class NoFileIT {
    @TempDir
    private Path logs;

    private CouchDouble couch;
    private TestDatabase database;

    @BeforeEach
    void run(CouchDouble server, TestDatabase empty) {
        couch = server;
        database = empty;
        couch.create("shop");
        assertThat(types("run").status()).isZero();
    }

    /** A pipe that is opened is waited for without end. */
    @ParameterizedTest
    @ValueSource(strings = {"offsets.json", "rejects.jsonl", "history.jsonl", "lock"})
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void isRefusedByARunAndACheckWhereItHasAPipe(String name) throws Exception {
        Path path = logs.resolve("documents." + name);
        Files.deleteIfExists(path);
        assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor())
                .isZero();
        String fault = "Error: \"%s\" is a pipe or a device, not a regular file: move it away, ".formatted(path);

        for (String command : List.of("run", "check", "verify")) {
            Operator.Ended ended = types(command);

            assertThat(ended.status()).as(ended.console()).isEqualTo(6);
            assertThat(ended.console()).containsOnlyOnce(fault);
        }
    }

    @Test
    void isToldByACheckToBeginWithAPause() throws Exception {
        Path throttle = Files.writeString(logs.resolve("documents.throttle"), "pause");

        Operator.Ended paused = types("check");
        Files.delete(throttle);
        Files.createDirectory(throttle);
        Operator.Ended unheeded = types("check");

        assertThat(paused.status()).as(paused.console()).isZero();
        assertThat(paused.console())
                .contains(
                        "Warning: Throttle file \"%s\" says pause: a run reads nothing until the file is deleted, or says how many documents a second.\n"
                                .formatted(throttle));
        assertThat(unheeded.console())
                .contains(
                        "Warning: Throttle file \"%s\" is not heeded: it is a directory, not a regular file: put a file in its place.\n"
                                .formatted(throttle));
    }

    private Operator.Ended types(String command) {
        return Terminal.types(couch, database, List.of(command, "documents", "--couch-db=shop", "--log-dir=" + logs));
    }
}
