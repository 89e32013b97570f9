// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.cli.text.ShellWords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/** Files that hold a secret should be readable by their owner alone. */
final class SecretFile {
    private static final Set<PosixFilePermission> OF_THE_OWNER =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private SecretFile() {}

    /** Returns a warning if others than the owner may read a file; empty also where the file system cannot tell. */
    static Optional<String> warning(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            boolean open = permissions.contains(PosixFilePermission.GROUP_READ)
                    || permissions.contains(PosixFilePermission.OTHERS_READ);
            return open
                    ? Optional.of("%s holds a password and others may read it: chmod 600 %s"
                            .formatted(file, ShellWords.quote(file.toString())))
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /**
     * Returns why a file of passwords is refused: as for psql, others than the owner have any right to it. Empty also where
     * the file system cannot tell, and for what is no file, of which nothing is read.
     */
    static Optional<String> refusal(Path file) {
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            return Files.isRegularFile(file) && !OF_THE_OWNER.containsAll(permissions)
                    ? Optional.of("has the permissions %s, expected none for group and others: chmod 0600 %s"
                            .formatted(PosixFilePermissions.toString(permissions), ShellWords.quote(file.toString())))
                    : Optional.empty();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }
}
