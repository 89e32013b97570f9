// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The modes of what is made: nobody but its owner may read it, since ids and servers stand in there. What is there already keeps the mode
 * that somebody gave it. Where the file system knows no modes there are none to set.
 */
final class OwnersOnly {
    private OwnersOnly() {}

    /** Returns the mode of a file that is to be created. */
    static FileAttribute<?>[] file(Path path) {
        return mode(path, "rw-------");
    }

    /** Returns the mode of a directory that is to be created. */
    static FileAttribute<?>[] directory(Path path) {
        return mode(path, "rwx------");
    }

    private static FileAttribute<?>[] mode(Path path, String mode) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))}
                : new FileAttribute<?>[0];
    }
}
