// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Replaces files of the log directory: wholly the former or wholly the new one is there, whenever the machine stops. */
public final class WholeFile {
    private WholeFile() {}

    /** What a file is to hold. */
    @FunctionalInterface
    public interface Content {
        /** Writes it, from start to end. */
        void writeTo(OutputStream file) throws IOException;
    }

    /**
     * Replaces a file by one that only its owner may read, where the file system knows modes; on return it is durable. One that
     * does not come about leaves the former as it was, and nothing beside it.
     */
    public static void replace(Path path, Content content) throws IOException {
        Path fresh = path.resolveSibling(path.getFileName() + ".tmp");
        boolean moved = false;
        try {
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, OwnersOnly.file(fresh));
            write(fresh, content);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            moved = true;
        } finally {
            if (!moved) {
                Files.deleteIfExists(fresh);
            }
        }
        force(path.toAbsolutePath().resolveSibling(""));
    }

    private static void write(Path fresh, Content content) throws IOException {
        // Not a channel, which an interruption would close.
        try (FileOutputStream file = new FileOutputStream(fresh.toFile());
                OutputStream buffered = new BufferedOutputStream(file)) {
            content.writeTo(buffered);
            buffered.flush();
            file.getFD().sync();
        }
    }

    /** Makes renames in a directory durable. */
    static void force(Path directory) throws IOException {
        boolean interrupted = Thread.interrupted();
        boolean forced = false;
        while (!forced) {
            // A directory can be forced as a channel only, which an interruption closes.
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
                forced = true;
            } catch (ClosedByInterruptException e) {
                interrupted = Thread.interrupted();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
