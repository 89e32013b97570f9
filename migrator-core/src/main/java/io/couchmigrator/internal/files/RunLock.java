// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.BusyException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

    private final FileChannel channel;
    private final Path real;

    private RunLock(FileChannel channel, Path real) {
        this.channel = channel;
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
            sign(lock.channel, now);
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
            FileChannel channel = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                if (!isLocked(channel, shared)) {
                    throw inUse(path, holder(path, channel));
                }
                taken = true;
                return new RunLock(channel, real);
            } finally {
                if (!taken) {
                    channel.close();
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
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (!isLocked(channel, false)) {
                throw inUse(path, holder(path, channel));
            }
        } catch (NoSuchFileException e) {
            // Nobody ever ran here.
        } catch (IOException e) {
            throw LogDirectory.failed("lock", path, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
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

    private static boolean isLocked(FileChannel channel, boolean shared) throws IOException {
        try {
            FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static void sign(FileChannel channel, Instant now) throws IOException {
        JsonObject holder = new JsonObject();
        holder.addProperty("pid", ProcessHandle.current().pid());
        holder.addProperty("host", host());
        holder.addProperty("since", now.toString());
        channel.truncate(0);
        channel.write(ByteBuffer.wrap((JsonFiles.line(holder) + "\n").getBytes(StandardCharsets.UTF_8)), 0);
    }

    private static BusyException inUse(Path path, String holder) {
        return new BusyException(
                "log directory \"%s\" is in use: %s holds the lock \"%s\": wait for that run, or stop it"
                        .formatted(path.toAbsolutePath().getParent(), holder, path.getFileName()));
    }

    /** Those who share a lock do not sign it: each has a lock of its own, which it signs. */
    private static String holder(Path path, FileChannel channel) throws IOException {
        if (!isLocked(channel, true)) {
            return holder(channel);
        }
        try (FileChannel own = FileChannel.open(LogDirectory.verifyLock(path), StandardOpenOption.READ)) {
            return "a verification, " + holder(own) + ",";
        } catch (NoSuchFileException e) {
            return "a verification";
        }
    }

    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(MOST_OF_A_HOLDER);
        channel.read(bytes, 0);
        try {
            JsonObject holder = JsonParser.parseString(
                            new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
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
