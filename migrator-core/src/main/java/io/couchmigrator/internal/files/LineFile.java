// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import com.google.gson.JsonElement;
import io.couchmigrator.LogDirectoryException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file of JSON lines that only grows. Only its owner may read it. Safe for use by multiple threads.
 *
 * <p>The file is made by the first line: one without any is none.
 */
public final class LineFile implements AutoCloseable {
    private static final Set<OpenOption> CONTINUED =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);

    private final Path path;
    private final Set<OpenOption> options;
    /** How many bytes of what is there are continued. */
    private final long most;

    /** Not a channel, which an interruption of any thread that uses it would close. */
    private @Nullable RandomAccessFile file;

    private boolean dirty;

    private LineFile(Path path, Set<OpenOption> options, long most) {
        this.path = path;
        this.options = options;
        this.most = most;
    }

    /** Returns a file that must not exist before. */
    public static LineFile fresh(Path path) {
        return new LineFile(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), Long.MAX_VALUE);
    }

    /** Returns a file that is continued where it ends. */
    public static LineFile continued(Path path) {
        return continued(path, Long.MAX_VALUE);
    }

    /** Returns a file that is continued after so many bytes, where it is longer: the rest is cut off when it is opened. */
    public static LineFile continued(Path path, long end) {
        return new LineFile(path, CONTINUED, end);
    }

    /** Returns where it is. */
    public Path path() {
        return path;
    }

    /** Adds a line. It is durable after {@link #force}. */
    public void append(JsonElement line) {
        append(JsonFiles.line(line));
    }

    /** Adds a line that {@link JsonFiles#line} made. It is durable after {@link #force}. */
    public synchronized void append(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        long end = -1;
        try {
            RandomAccessFile opened = open();
            end = opened.length();
            opened.seek(end);
            dirty = true;
            opened.write(bytes);
        } catch (IOException e) {
            cutBack(end, e);
            throw failed("write", e);
        }
    }

    /** Half a line would spoil the one that is appended next, if the disk has room again by then. */
    private void cutBack(long end, IOException because) {
        try {
            if (file != null && end >= 0) {
                file.setLength(end);
            }
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    /** Makes all lines durable. */
    public synchronized void force() {
        if (file == null || !dirty) {
            return;
        }
        try {
            file.getFD().sync();
            dirty = false;
        } catch (IOException e) {
            throw failed("flush", e);
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw failed("close", e);
        }
    }

    private RandomAccessFile open() throws IOException {
        if (file == null) {
            Files.newByteChannel(path, options, OwnersOnly.file(path)).close();
            RandomAccessFile opened = new RandomAccessFile(path.toFile(), "rw");
            file = opened;
            if (opened.length() > most) {
                opened.setLength(most);
            }
        }
        return file;
    }

    private LogDirectoryException failed(String what, IOException e) {
        return LogDirectory.failed(what, path, e);
    }
}
