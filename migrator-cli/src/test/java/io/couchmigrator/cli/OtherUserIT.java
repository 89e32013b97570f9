// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.couchmigrator.testkit.MigratorExtension;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A directory whose first run was the super-user's, in the hands of another user: whose it is and what to do is told. */
@ExtendWith(MigratorExtension.class)
final class OtherUserIT {
    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/nonexistent");

    @TempDir
    private Path directory;

    private Operator operator;
    private Path logs;

    @BeforeEach
    void leaveARunOfTheSuperUser(CouchDouble couch, TestDatabase database) throws Exception {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        logs = directory.resolve("logs");
        operator = new Operator(List.of(Operator.program()), "documents", couch, database, logs);
        couch.create("shop");
        assumeThat(asNobody("--version").status())
                .as("another user can start the program")
                .isZero();
        assertThat(Terminal.types(couch, database, words("run")).status()).isZero();
    }

    @Test
    void isToldWhoseTheFilesAreAndRefusedADirectoryThatIsNotItsOwn() throws Exception {
        Operator.Ended status = asNobody("status", "--log-dir=" + logs);
        Operator.Ended run = asNobody(words("run").toArray(String[]::new));

        assertThat(status.status()).as(status.console()).isEqualTo(6);
        assertThat(status.console())
                .startsWith(
                        "Error: \"%s\" of user root cannot be read by user ".formatted(logs.resolve("documents.lock")))
                .endsWith(": ask as the user who runs the migration\n");
        assertThat(run.status()).as(run.console()).isEqualTo(2);
        assertThat(run.console())
                .startsWith(
                        "migrator: --log-dir is %s, in which this user may not write: choose another, or run as the user whose it is\n"
                                .formatted(logs));
    }

    private List<String> words(String command) {
        return List.of(command, "documents", "--couch-db=shop", "--log-dir=" + logs);
    }

    private Operator.Ended asNobody(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(AS_NOBODY);
        command.add(Operator.program());
        command.addAll(List.of(words));
        Process process = operator.process(command).start();
        process.getOutputStream().close();
        String console = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Operator.Ended(process.waitFor(), console);
    }
}
