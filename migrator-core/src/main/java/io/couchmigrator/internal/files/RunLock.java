// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import io.couchmigrator.BusyException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps a second runner away from a log directory and slug. The file is created once and never renamed or deleted: a
 * lock on a file that is replaced locks nothing.
 */
final class RunLock implements AutoCloseable {
    /** The byte of the file that is locked by whoever holds the lock. */
    private static final long HELD = 0;

    /** The byte that a runner locks next, to be seen: those who look share it for a moment, and take nothing that a holder needs. */
    private static final long SHOWN = 1;

    private static final int MOST_ATTEMPTS = 100;
    private static final long PAUSE_NANOS = 5_000_000;

    /**
     * The files that this process has locked. Static because the lock is the process's: closing any channel of a locked
     * file, even one that only read it, would give up the lock, so a file in here is not opened again. Empty of a file that is
     * not signed, as one that is shared is not.
     */
    private static final Map<Path, Optional<Signature>> LOCKED_HERE = new ConcurrentHashMap<>();

    /** Read and written without its channel, which an interruption would close, and the lock with it. */
    private final RandomAccessFile file;

    private final Path real;

    /** Whether those who looked when it was taken kept it from being shown. */
    private boolean unseen;

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
            Signature own = Signature.own(now);
            own.write(lock.file);
            LOCKED_HERE.put(lock.real, Optional.of(own));
            lock.unseen = !isLockedAmongLooks(lock.file, SHOWN);
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

    /** One thread at a time: what another one opened to look at would give up the lock when it is closed. */
    private static synchronized RunLock locked(Path path, boolean shared) {
        Path real = real(path);
        if (LOCKED_HERE.putIfAbsent(real, Optional.empty()) != null) {
            throw inUse(path, "another run of this process");
        }
        boolean taken = false;
        try {
            create(path);
            RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
            try {
                if (!(shared ? isLocked(file, HELD, true) : isLockedAmongLooks(file, HELD))) {
                    throw inUse(path, isShown(file) ? Signature.in(file).described() : verification(path));
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

    private static void create(Path path) throws IOException {
        try {
            Files.createFile(path, OwnersOnly.file(path));
        } catch (FileAlreadyExistsException e) {
            // It was created once, and stays.
        }
    }

    /**
     * Looks whether the lock could be taken, leaving no trace and keeping nobody from taking it.
     *
     * @throws BusyException if another runner holds it, saying which
     */
    static synchronized void probe(Path path) {
        Path ofVerifications = LogDirectory.verifyLock(path);
        if (LOCKED_HERE.containsKey(real(path)) || LOCKED_HERE.containsKey(real(ofVerifications))) {
            throw inUse(path, "another run of this process");
        }
        seen(path).ifPresent(holder -> {
            throw inUse(path, holder.described());
        });
        if (seen(ofVerifications).isPresent()) {
            throw inUse(path, verification(path));
        }
    }

    /** Looks who has signed a lock and holds it, in this process or in another, keeping nobody from taking it; empty if nobody has. */
    static synchronized Optional<Signature> look(Path path) {
        Optional<Signature> here = LOCKED_HERE.get(real(path));
        return here == null ? seen(path) : here;
    }

    /**
     * Looks who has signed a lock and holds it, also where that one could not show it. The lock itself is shared for a moment then,
     * for which whoever takes it tries again.
     */
    static synchronized Optional<Signature> lookClosely(Path path) {
        Optional<Signature> here = LOCKED_HERE.get(real(path));
        return here == null ? seen(path, true) : here;
    }

    private static Optional<Signature> seen(Path path) {
        return seen(path, false);
    }

    /** Returns who holds a lock, and shows it unless it is looked at closely; empty if nobody does. */
    private static Optional<Signature> seen(Path path, boolean closely) {
        if (Files.notExists(path)) {
            return Optional.empty();
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            boolean held = isShown(file) || (closely && !isLocked(file, HELD, true));
            return held ? Optional.of(Signature.in(file)) : Optional.empty();
        } catch (IOException e) {
            throw LogDirectory.failed("lock", path, e);
        }
    }

    /** Returns whether a runner shows that it holds the lock; shared until the file is closed if none does. */
    static boolean isShown(RandomAccessFile file) throws IOException {
        return !isLocked(file, SHOWN, true);
    }

    /** Shows that the lock is held, if that could not be shown when it was taken. */
    void show() {
        try {
            unseen = unseen && !isLocked(file, SHOWN, false);
        } catch (IOException e) {
            // It is held all the same.
        }
    }

    /** Others may just be looking. */
    private static boolean isLockedAmongLooks(RandomAccessFile file, long place) throws IOException {
        boolean locked = isLocked(file, place, false);
        for (int attempt = 1; attempt < MOST_ATTEMPTS && !locked; attempt++) {
            LockSupport.parkNanos(PAUSE_NANOS);
            locked = isLocked(file, place, false);
        }
        return locked;
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

    private static boolean isLocked(RandomAccessFile file, long place, boolean shared) throws IOException {
        try {
            FileLock lock = file.getChannel().tryLock(place, 1, shared);
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    private static BusyException inUse(Path path, String holder) {
        return new BusyException(
                "log directory \"%s\" is in use: %s holds the lock \"%s\": wait for that run, or stop it"
                        .formatted(path.toAbsolutePath().getParent(), holder, path.getFileName()));
    }

    /** Those who share a lock do not sign it: each has a lock of its own, which it signs. */
    private static String verification(Path path) {
        Path own = LogDirectory.verifyLock(path);
        try {
            return "a verification, " + Signature.in(own).described() + ",";
        } catch (NoSuchFileException e) {
            return "a verification";
        } catch (IOException e) {
            throw LogDirectory.failed("read", own, e);
        }
    }
}
