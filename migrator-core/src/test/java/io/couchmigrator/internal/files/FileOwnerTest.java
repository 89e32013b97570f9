// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.internal.files.FileOwner.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

final class FileOwnerTest {
    private static final User ROOT = new User(Optional.of(0), "root");
    private static final User MIGRATOR = new User(Optional.of(1000), "migrator");

    @TempDir
    private Path logs;

    @Test
    void saysWhoseAFileIsAndHowTheUserOfThisProcessIsToHaveThatFileAlone() throws IOException {
        Path lock = Files.createFile(logs.resolve("bob's.lock"));

        assertThat(new FileOwner(lock, ROOT, MIGRATOR).advice())
                .hasValue(("\"%s\" belongs to user root, and this is user migrator: run it as one user always,"
                                + " and let that one have this file: sudo chown migrator '%s/bob'\\''s.lock'")
                        .formatted(lock, logs));
    }

    @Test
    void neverTellsAnybodyToTakeADirectory() {
        assertThat(new FileOwner(logs, ROOT, MIGRATOR).advice())
                .hasValue(("\"%s\" belongs to user root, and this is user migrator: name another directory,"
                                + " or run it as user root")
                        .formatted(logs));
        assertThat(new FileOwner(Path.of("/"), ROOT, MIGRATOR).advice())
                .hasValueSatisfying(advice -> assertThat(advice).doesNotContain("chown"));
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void tellsNobodyToTakeWhatIsAboveADirectoryThatIsNotThere() {
        assumeFalse(Files.isWritable(Path.of("/etc")), "the super-user writes anywhere");

        assertThatThrownBy(() -> Probe.of(Path.of("/etc/absent/logs"), "orders"))
                .isInstanceOf(LogDirectoryException.class)
                .hasMessageContaining("\"/etc\" belongs to user root")
                .hasMessageNotContaining("chown");
    }

    @Test
    void knowsAUserWithoutANameByTheNumber() {
        User nameless = new User(Optional.of(1234), "?");
        User number = new User(Optional.of(1234), "1234");

        assertThat(new FileOwner(logs, number, nameless).advice()).isEmpty();
        assertThat(new FileOwner(logs, new User(Optional.of(5), "migrator"), MIGRATOR).advice())
                .isPresent();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void takesAFileOfThisProcessForItsOwn() throws IOException {
        Path lock = Files.createFile(
                logs.resolve("orders.lock"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("---------")));

        assertThat(User.of(lock).id())
                .isPresent()
                .isEqualTo(User.of(Path.of("/proc/self")).id());
        assertThat(FileOwner.ofThisProcess()).isEqualTo(Files.getOwner(lock).getName());
        assertThat(FileOwner.advice(lock)).isEmpty();
    }

    @Test
    void saysNothingOfWhatCanBeUsed() {
        assertThat(FileOwner.advice(logs.resolve("not/there"))).isEmpty();
    }

    @Test
    void sayWhoMayReadAFileOnceItsOwnerLetsThem() {
        Path throttle = Path.of("logs/orders.throttle");

        assertThat(new FileOwner(throttle, ROOT, MIGRATOR).unreadable())
                .isEqualTo(
                        "it cannot be read, since it belongs to user root, and this is user migrator: sudo chmod a+r 'logs/orders.throttle'");
        assertThat(new FileOwner(throttle, MIGRATOR, MIGRATOR).unreadable())
                .isEqualTo("it cannot be read: chmod u+r 'logs/orders.throttle'");
        assertThat(FileOwner.ofUnreadable(throttle)).startsWith("it cannot be read: let user ");
    }
}
