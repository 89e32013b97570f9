// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The directory of {@code --log-dir}. */
public final class LogDirectory {
    private LogDirectory() {}

    /** Adds what keeps a directory from being used, or created, to the faults. */
    static void check(Path directory, String place, Faults faults) {
        if (Files.isDirectory(directory)) {
            if (!Files.isWritable(directory)) {
                faults.add("%s is %s, in which this user may not write: choose another, or run as the user whose it is"
                        .formatted(place, directory));
            }
            return;
        }
        if (Files.exists(directory)) {
            faults.add("%s is %s, which is no directory: name a directory".formatted(place, directory));
            return;
        }
        Path existing = firstExistingAbove(directory);
        if (!Files.isDirectory(existing) || !Files.isWritable(existing) || !takesDirectories(existing)) {
            faults.add("%s is %s, which cannot be created in %s: choose another, or create it"
                    .formatted(place, directory, existing));
        }
    }

    /** Some file systems, such as that of processes, refuse what permissions allow: only trying tells. */
    private static boolean takesDirectories(Path directory) {
        try {
            Files.delete(Files.createTempDirectory(directory, ".migrator-"));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static Path firstExistingAbove(Path directory) {
        Path path = directory.toAbsolutePath().normalize();
        while (!Files.exists(path)) {
            Path parent = path.getParent();
            if (parent == null) {
                return path;
            }
            path = parent;
        }
        return path;
    }

    /**
     * Creates the directory if it does not exist.
     *
     * @return whether it did not exist
     */
    public static boolean create(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return false;
        }
        Files.createDirectories(directory);
        return true;
    }
}
