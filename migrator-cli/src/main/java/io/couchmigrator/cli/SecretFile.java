// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import java.util.Set;

/** Files that hold a secret should be readable by their owner alone. */
final class SecretFile {
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
}
