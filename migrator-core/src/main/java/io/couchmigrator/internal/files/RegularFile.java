// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import io.couchmigrator.LogDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * Looks what stands in the place of a file before that is opened: a pipe would be waited for without end, and what is said of a
 * directory is of no use.
 */
public final class RegularFile {
    private RegularFile() {}

    /**
     * Checks a file of ours, which need not be there.
     *
     * @throws LogDirectoryException if something else is
     */
    public static void check(Path path) {
        fault(path).ifPresent(fault -> {
            throw new LogDirectoryException(
                    "\"%s\" %s: move it away, put back the file that was there, if one was, and try again"
                            .formatted(path, fault));
        });
    }

    /** Returns what is there that is no file; empty if a file is, or nothing, or that cannot be seen. */
    static Optional<String> fault(Path path) {
        try {
            BasicFileAttributes seen = Files.readAttributes(path, BasicFileAttributes.class);
            return seen.isRegularFile()
                    ? Optional.empty()
                    : Optional.of("is %s, not a regular file"
                            .formatted(seen.isDirectory() ? "a directory" : "a pipe or a device"));
        } catch (IOException e) {
            // Whoever opens it tells that.
            return Optional.empty();
        }
    }
}
