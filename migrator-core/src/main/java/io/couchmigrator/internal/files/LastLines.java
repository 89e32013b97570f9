// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * Reads a file of lines from its end, since it may be large. A last line without an end is none: it is being written just now, or
 * was when a run died.
 */
public final class LastLines {
    private static final int FIRST_LOOK = 64 * 1024;
    private static final int MOST = 64 * 1024 * 1024;

    private LastLines() {}

    /** Returns the lines from the last one on that is looked for; all, or as many as 64 MB hold, if there is none; none if there is no such file. */
    public static List<String> from(Path path, Predicate<String> first) throws IOException {
        if (Files.notExists(path)) {
            return List.of();
        }
        // Not a channel, which an interruption would close.
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            long end = file.length();
            for (int size = FIRST_LOOK; ; size *= 2) {
                long begin = Math.max(0, end - size);
                List<String> lines = lines(file, begin, end);
                for (int i = lines.size() - 1; i >= 0; i--) {
                    if (first.test(lines.get(i))) {
                        return lines.subList(i, lines.size());
                    }
                }
                if (begin == 0 || size >= MOST) {
                    return lines;
                }
            }
        }
    }

    private static List<String> lines(RandomAccessFile file, long begin, long end) throws IOException {
        byte[] bytes = new byte[(int) (end - begin)];
        file.seek(begin);
        file.readFully(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        int firstEnd = begin == 0 ? -1 : text.indexOf('\n');
        int lastEnd = text.lastIndexOf('\n');
        return lastEnd <= firstEnd
                ? List.of()
                : List.of(text.substring(firstEnd + 1, lastEnd).split("\n", -1));
    }
}
