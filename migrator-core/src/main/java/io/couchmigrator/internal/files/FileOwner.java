// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose a file is that cannot be used, such as what a run has left that root started.
 *
 * @param file the file or directory
 * @param owner its owner's name
 * @param user the name of the user that this process runs as
 */
record FileOwner(Path file, String owner, String user) {
    /** Returns what to do about a file that keeps this process from using it, or from creating it, because it is another user's; empty if that is not the reason. */
    static Optional<String> advice(Path path) {
        Path there = Probe.existing(path);
        if (Files.isReadable(there) && Files.isWritable(there)) {
            return Optional.empty();
        }
        try {
            return new FileOwner(there, Files.getOwner(there).getName(), System.getProperty("user.name", "?")).advice();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    Optional<String> advice() {
        if (owner.equals(user)) {
            return Optional.empty();
        }
        Path directory = Files.isDirectory(file) || file.getParent() == null ? file : file.getParent();
        return Optional.of(
                "\"%s\" belongs to user %s, and this is user %s: run it as one user always, and let that one have what is there: sudo chown -R %s '%s'"
                        .formatted(file.getFileName(), owner, user, user, directory));
    }
}
