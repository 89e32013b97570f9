// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a file line by line, whatever its size. A last line without an end is none: it was being written when a run died, and
 * nothing was built on it.
 */
public final class WholeLines {
    private static final int READ_AT_ONCE = 64 * 1024;

    private WholeLines() {}

    /** What becomes of the lines. */
    @FunctionalInterface
    public interface Reader {
        /** Takes the next line, without its end. */
        void line(byte[] line) throws IOException;
    }

    /**
     * Returns how many bytes the lines of a file take together; 0 if there is no such file.
     *
     * @throws io.couchmigrator.LogDirectoryException if something else is in its place
     */
    public static long read(Path path, Reader reader) throws IOException {
        if (Files.notExists(path)) {
            return 0;
        }
        RegularFile.check(path);
        // Not a channel, which an interruption would close.
        try (InputStream file = new FileInputStream(path.toFile())) {
            return read(file, reader);
        }
    }

    private static long read(InputStream file, Reader reader) throws IOException {
        byte[] bytes = new byte[READ_AT_ONCE];
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        long end = 0;
        for (int count = file.read(bytes); count >= 0; count = file.read(bytes)) {
            int begin = 0;
            for (int i = 0; i < count; i++) {
                if (bytes[i] == '\n') {
                    line.write(bytes, begin, i - begin);
                    reader.line(line.toByteArray());
                    end += line.size() + 1;
                    line.reset();
                    begin = i + 1;
                }
            }
            line.write(bytes, begin, count - begin);
        }
        return end;
    }
}
