// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import io.couchmigrator.LogDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Looks whether a log directory could be held, leaving no trace and keeping nobody from holding it. */
public final class Probe {
    private Probe() {}

    /**
     * Looks.
     *
     * @throws LogDirectoryException if it, or a file of the slug in it, cannot be read and written
     * @throws io.couchmigrator.BusyException if another runner holds it
     */
    public static void of(Path directory, String slug) {
        Path existing = existing(directory);
        if (!Files.isDirectory(existing)) {
            throw new LogDirectoryException("\"%s\" is a file: name a log directory".formatted(existing));
        }
        if (!Files.isWritable(existing)) {
            throw new LogDirectoryException("log directory \"%s\" cannot be written to: %s"
                    .formatted(existing, FileOwner.advice(existing).orElse("make it writable, or name another")));
        }
        if (Files.notExists(directory)) {
            creation(directory, existing);
        }
        LogDirectory.checkFiles(directory, slug);
        Path lock = LogDirectory.lock(directory, slug);
        List.of(
                        lock,
                        LogDirectory.verifyLock(lock),
                        LogDirectory.offsets(directory, slug),
                        LogDirectory.rejects(directory, slug),
                        LogDirectory.history(directory, slug))
                .forEach(Probe::file);
        RunLock.probe(lock);
    }

    /** Returns how many bytes this user may still write where a log directory is, or is to be; empty if that is not known. */
    public static OptionalLong freeBytes(Path directory) {
        try {
            return OptionalLong.of(Files.getFileStore(existing(directory)).getUsableSpace());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** Returns a path, or what is there of the way to it. */
    static Path existing(Path path) {
        Path existing = path.toAbsolutePath();
        while (existing.getParent() != null && !Files.exists(existing)) {
            existing = existing.getParent();
        }
        return existing;
    }

    /** Some file systems, such as that of processes, refuse what permissions allow: only trying tells. */
    private static void creation(Path directory, Path existing) {
        try {
            Files.delete(Files.createTempDirectory(existing, ".migrator-"));
        } catch (IOException e) {
            throw new LogDirectoryException(
                    "log directory \"%s\" cannot be created in \"%s\": name another".formatted(directory, existing), e);
        }
    }

    private static void file(Path file) {
        if (Files.exists(file) && !(Files.isReadable(file) && Files.isWritable(file))) {
            throw new LogDirectoryException("\"%s\" cannot be read and written: %s"
                    .formatted(file, FileOwner.advice(file).orElse("change its mode")));
        }
    }
}
