// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.cli.settings.Command;
import java.util.List;
import org.junit.jupiter.api.Test;

class NextCommandTest {
    @Test
    void repeatsTheUsersWords() {
        assertThat(next("run_blob_migration", "migrate_metadata", "--log-dir", "my logs")
                        .same())
                .isEqualTo("bin/migrator run_blob_migration migrate_metadata --log-dir 'my logs'");
    }

    @Test
    void startsOverOnlyOnce() {
        assertThat(next("run", "migrate_metadata", "--reset", "--log-dir=logs")
                        .goingOn()
                        .same())
                .isEqualTo("bin/migrator run migrate_metadata --log-dir=logs");
    }

    @Test
    void acceptsANewSourceOnlyOnce() {
        assertThat(next("run", "migrate_metadata", "--accept-new-source", "--log-dir=logs")
                        .goingOn()
                        .same())
                .isEqualTo("bin/migrator run migrate_metadata --log-dir=logs");
    }

    @Test
    void takesTablesAndReadsAllAgainOnlyOnce() {
        assertThat(next("run", "documents", "--adopt", "--couch-db=a", "--reread", "--couch-db=b", "--log-dir=logs")
                        .goingOn()
                        .same())
                .isEqualTo("bin/migrator run documents --couch-db=a --couch-db=b --log-dir=logs");
    }

    /** Obeying would put aside what the verification found, and what every run before saved. */
    @Test
    void doesNotStartAMigrationOverBecauseItsVerificationWas() {
        assertThat(next("verify", "migrate_metadata", "--reset", "--log-dir=logs")
                        .goingOn()
                        .as(Command.RUN))
                .isEqualTo("bin/migrator run migrate_metadata --log-dir=logs");
    }

    @Test
    void leavesOutHowMuchIsComparedWhereAllIsOrNothing() {
        for (String depth : List.of("--ids", "-counts")) {
            NextCommand next = next("verify", "documents", depth, "--log-dir=logs");

            assertThat(next.goingOn().same()).contains(depth);
            assertThat(next.as(Command.RUN)).isEqualTo("bin/migrator run documents --log-dir=logs");
            assertThat(next.ofFullDepth()).isEqualTo("bin/migrator verify documents --log-dir=logs");
        }
    }

    @Test
    void leavesOutWhatIsOfWritingWhereNothingIsWritten() {
        assertThat(next("run", "documents", "--max-rejects", "5", "--log-dir", "logs")
                        .as(Command.VERIFY))
                .isEqualTo("bin/migrator verify documents --log-dir logs");
        assertThat(next("run", "documents", "-max-rejects=5", "--adopt", "--log-dir=logs")
                        .as(Command.VERIFY))
                .isEqualTo("bin/migrator verify documents --log-dir=logs");
        assertThat(next("check", "documents", "--max-rejects=5", "--adopt").as(Command.RUN))
                .isEqualTo("bin/migrator run documents --max-rejects=5 --adopt");
    }

    @Test
    void changesTheCommandAndNotAnOptionsValue() {
        assertThat(next("--log-dir", "check", "check", "migrate_metadata").as(Command.RUN))
                .isEqualTo("bin/migrator --log-dir check run migrate_metadata");
    }

    private static NextCommand next(String... words) {
        return new NextCommand("bin/migrator", List.of(words));
    }
}
