// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.BusyException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second runner away from a log directory and slug. The file is created once and never renamed or deleted: a
 * lock on a file that is replaced locks nothing.
 */
final class RunLock implements AutoCloseable {
    private static final int MOST_OF_A_HOLDER = 4096;

    /**
     * The files that this process has locked. Static because the lock is the process's: closing any channel of a locked
     * file, even one that only read it, would give up the lock, so a file in here is not opened again.
     */
    private static final Set<Path> LOCKED_HERE = ConcurrentHashMap.newKeySet();

    /** Read and written without its channel, which an interruption would close, and the lock with it. */
    private final RandomAccessFile file;

    private final Path real;

    private RunLock(RandomAccessFile file, Path real) {
        this.file = file;
        this.real = real;
    }

    /**
     * Takes the lock.
     *
     * @throws BusyException if another runner holds it, saying which
     */
    static RunLock take(Path path, Instant now) {
        RunLock lock = locked(path, false);
        try {
            sign(lock.file, now);
            return lock;
        } catch (IOException e) {
            lock.close();
            throw LogDirectory.failed("sign", path, e);
        }
    }

    /**
     * Takes the lock with those who only read what a run writes.
     *
     * @throws BusyException if a runner holds it, saying which
     */
    static RunLock share(Path path) {
        return locked(path, true);
    }

    private static RunLock locked(Path path, boolean shared) {
        Path real = real(path);
        if (!LOCKED_HERE.add(real)) {
            throw inUse(path, "another run of this process");
        }
        boolean taken = false;
        try {
            RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
            try {
                if (!isLocked(file, shared)) {
                    throw inUse(path, holder(path, file));
                }
                taken = true;
                return new RunLock(file, real);
            } finally {
                if (!taken) {
                    file.close();
                }
            }
        } catch (IOException e) {
            throw LogDirectory.failed("lock", path, e);
        } finally {
            if (!taken) {
                LOCKED_HERE.remove(real);
            }
        }
    }

    /**
     * Looks whether the lock could be taken, leaving no trace.
     *
     * @throws BusyException if another runner holds it, saying which
     */
    static void probe(Path path) {
        if (LOCKED_HERE.contains(real(path))) {
            throw inUse(path, "another run of this process");
        }
        if (Files.notExists(path)) {
            return;
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            if (!isLocked(file, false)) {
                throw inUse(path, holder(path, file));
            }
        } catch (IOException e) {
            throw LogDirectory.failed("lock", path, e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            LOCKED_HERE.remove(real);
        }
    }

    /** Where the file is, whichever links lead there. */
    private static Path real(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        Path directory = absolute.getParent();
        try {
            return directory == null ? absolute : directory.toRealPath().resolve(absolute.getFileName());
        } catch (NoSuchFileException e) {
            return absolute;
        } catch (IOException e) {
            throw LogDirectory.failed("find", path, e);
        }
    }

    private static boolean isLocked(RandomAccessFile file, boolean shared) throws IOException {
        try {
            FileLock lock = file.getChannel().tryLock(0, Long.MAX_VALUE, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void sign(RandomAccessFile file, Instant now) throws IOException {
        JsonObject holder = new JsonObject();
        holder.addProperty("pid", ProcessHandle.current().pid());
        holder.addProperty("host", host());
        holder.addProperty("since", now.toString());
        file.setLength(0);
        file.write((JsonFiles.line(holder) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static BusyException inUse(Path path, String holder) {
        return new BusyException(
                "log directory \"%s\" is in use: %s holds the lock \"%s\": wait for that run, or stop it"
                        .formatted(path.toAbsolutePath().getParent(), holder, path.getFileName()));
    }

    /** Those who share a lock do not sign it: each has a lock of its own, which it signs. */
    private static String holder(Path path, RandomAccessFile file) throws IOException {
        if (!isLocked(file, true)) {
            byte[] bytes = new byte[MOST_OF_A_HOLDER];
            int read = file.read(bytes);
            return holder(new String(bytes, 0, Math.max(0, read), StandardCharsets.UTF_8));
        }
        try (InputStream own = Files.newInputStream(LogDirectory.verifyLock(path))) {
            String holder = new String(own.readNBytes(MOST_OF_A_HOLDER), StandardCharsets.UTF_8);
            return "a verification, " + holder(holder) + ",";
        } catch (NoSuchFileException e) {
            return "a verification";
        }
    }

    private static String holder(String signature) {
        try {
            JsonObject holder = JsonParser.parseString(signature).getAsJsonObject();
            return "process %s on host %s, since %s"
                    .formatted(
                            holder.get("pid").getAsString(),
                            holder.get("host").getAsString(),
                            holder.get("since").getAsString());
        } catch (RuntimeException e) {
            return "another run";
        }
    }

    /** Returns this host's name, or what stands for it. */
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            String name = System.getenv("HOSTNAME");
            return name == null ? "unknown" : name;
        }
    }
}
