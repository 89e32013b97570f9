// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.MigrationInfo.Holder;
import io.couchmigrator.Result.Depth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The log directory of one slug, held by one runner, or by one verification.
 *
 * <p>Times in file names are UTC, in whole seconds, and never used twice.
 */
public final class LogDirectory implements AutoCloseable {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private final Path directory;
    private final String slug;
    private final List<RunLock> locks;
    private final String beginning;
    private final Path offsets;
    private final String stamp;

    private LogDirectory(
            Path directory, String slug, List<RunLock> locks, String beginning, Path offsets, Instant now) {
        this.directory = directory;
        this.slug = slug;
        this.locks = List.copyOf(locks);
        this.beginning = beginning;
        this.offsets = offsets;
        this.stamp = freeStamp(directory, beginning, now);
    }

    /**
     * Takes hold of a log directory, which is created if it does not exist.
     *
     * @param runs what stands between slug and time in the names of each run's own files
     * @throws LogDirectoryException if it cannot be written to, or something else is in the place of a file
     * @throws io.couchmigrator.BusyException if another runner holds it
     */
    public static LogDirectory open(Path directory, String slug, String runs, Instant now) {
        try {
            Files.createDirectories(directory, OwnersOnly.directory(directory));
        } catch (FileAlreadyExistsException e) {
            throw new LogDirectoryException("log directory \"%s\" is a file: name a directory".formatted(directory), e);
        } catch (IOException e) {
            throw failed("create", directory, e);
        }
        checkFiles(directory, slug);
        List<RunLock> locks = List.of(RunLock.take(lock(directory, slug), now));
        String beginning = "%s-%s-".formatted(slug, runs);
        return held(locks, () -> new LogDirectory(directory, slug, locks, beginning, offsets(directory, slug), now));
    }

    /**
     * Takes hold of a log directory to verify what runs have written: no run may go on meanwhile, nor another
     * verification, which has offsets of its own.
     *
     * @param depth how much it compares: what one has compared is no beginning for another
     * @throws LogDirectoryException if it cannot be written to
     * @throws io.couchmigrator.BusyException if another holds it
     */
    public static LogDirectory openToVerify(Path directory, String slug, Depth depth, Instant now) {
        checkFiles(directory, slug);
        List<RunLock> locks = new ArrayList<>();
        return held(locks, () -> {
            locks.add(RunLock.share(lock(directory, slug)));
            locks.add(RunLock.take(verifyLock(lock(directory, slug)), now));
            return new LogDirectory(
                    directory, slug, locks, slug + "-verify-", offsetsOfVerification(directory, slug, depth), now);
        });
    }

    private static LogDirectory held(List<RunLock> locks, Supplier<LogDirectory> opening) {
        try {
            return opening.get();
        } catch (RuntimeException e) {
            locks.forEach(RunLock::close);
            throw e;
        }
    }

    /**
     * Checks that what is there in the place of each file of a slug is a file.
     *
     * @throws LogDirectoryException if something of it is not
     */
    public static void checkFiles(Path directory, String slug) {
        Path lock = lock(directory, slug);
        Path history = history(directory, slug);
        Stream.of(
                        lock,
                        verifyLock(lock),
                        offsets(directory, slug),
                        rejects(directory, slug),
                        history,
                        HistoryFile.aside(history))
                .forEach(RegularFile::check);
        Arrays.stream(Depth.values())
                .map(depth -> offsetsOfVerification(directory, slug, depth))
                .forEach(RegularFile::check);
    }

    static Path lock(Path directory, String slug) {
        return directory.resolve(slug + ".lock");
    }

    /** Returns the lock of verifications that belongs to the lock of runs. */
    static Path verifyLock(Path lock) {
        String name = String.valueOf(lock.getFileName());
        return lock.resolveSibling(name.substring(0, name.length() - ".lock".length()) + ".verify.lock");
    }

    /**
     * Who holds a log directory.
     *
     * @param verifies whether to verify
     * @param by who that is; empty if the lock does not say
     */
    public record Held(boolean verifies, Optional<Holder> by) {}

    /** Looks who holds a log directory, keeping nobody from holding it; empty if nobody does. */
    public static Optional<Held> held(Path directory, String slug) {
        Path lock = lock(directory, slug);
        return RunLock.look(verifyLock(lock))
                .map(signature -> new Held(true, signature.holder()))
                .or(() -> RunLock.look(lock).map(signature -> new Held(false, signature.holder())));
    }

    /** Looks which run holds a log directory without having been able to show it, which nobody should ask who does not have to. */
    public static Optional<Held> heldUnseen(Path directory, String slug) {
        return RunLock.lookClosely(lock(directory, slug)).map(signature -> new Held(false, signature.holder()));
    }

    /** Shows that it is held, if those who looked when it was taken kept that from being shown. */
    public void show() {
        locks.forEach(RunLock::show);
    }

    /** Returns where the offset file is, of the run or of the verification that holds the directory. */
    public Path offsets() {
        return offsets;
    }

    /** Returns where verifications of the same slug keep their offsets. */
    public List<Path> offsetsOfVerifications() {
        return Arrays.stream(Depth.values())
                .map(depth -> offsetsOfVerification(directory, slug, depth))
                .toList();
    }

    /** Returns where verifications of a slug keep their offsets, without holding the directory. */
    public static Path offsetsOfVerification(Path directory, String slug, Depth depth) {
        String kind =
                switch (depth) {
                    case FULL -> "verify";
                    case IDS -> "verify-ids";
                    case COUNTS -> "verify-counts";
                };
        return directory.resolve("%s.%s.offsets.json".formatted(slug, kind));
    }

    /** Returns where the offset file of a slug is, without holding the directory. */
    public static Path offsets(Path directory, String slug) {
        return directory.resolve(slug + ".offsets.json");
    }

    /** Returns where the events of rejects are. */
    public Path rejects() {
        return rejects(directory, slug);
    }

    /** Returns where the events of rejects of a slug are, without holding the directory. */
    public static Path rejects(Path directory, String slug) {
        return directory.resolve(slug + ".rejects.jsonl");
    }

    /** Returns where the history is. */
    public Path history() {
        return history(directory, slug);
    }

    /** Returns where the history of a slug is, without holding the directory. */
    public static Path history(Path directory, String slug) {
        return directory.resolve(slug + ".history.jsonl");
    }

    /** Returns where an operator says how fast the run may go on. */
    public Path throttle() {
        return throttle(directory, slug);
    }

    /** Returns where an operator says how fast the runs of a slug may go on, without holding the directory. */
    public static Path throttle(Path directory, String slug) {
        return directory.resolve(slug + ".throttle");
    }

    /** Returns the common beginning of the files of this run. */
    public Path run() {
        return directory.resolve(beginning + stamp);
    }

    /** Returns the migration log of a stage, by its place in the migration. */
    public Path migrationLog(int stage) {
        return directory.resolve(run().getFileName() + ".txt." + stage);
    }

    /** Returns where a verification writes what it finds. */
    public Path findings() {
        return directory.resolve(run().getFileName() + ".jsonl");
    }

    /** Deletes the logs, findings and summaries of runs of the same kind, but for the latest hundred. */
    public void deleteOldLogs() {
        OldLogs.delete(directory, beginning, stamp);
    }

    /** Deletes the offset file. */
    public void discardOffsets() {
        try {
            Files.deleteIfExists(offsets);
            WholeFile.force(directory);
        } catch (IOException e) {
            throw failed("delete", offsets, e);
        }
    }

    /**
     * Renames a file to {@code ….<UTC>.bak}.
     *
     * @return its new name; empty if there was no such file
     */
    public Optional<Path> setAside(Path file) {
        Path aside = file.resolveSibling(file.getFileName() + "." + stamp + ".bak");
        try {
            Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
            WholeFile.force(directory);
            return Optional.of(aside);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failed("rename", file, e);
        }
    }

    @Override
    public void close() {
        locks.forEach(RunLock::close);
    }

    /** Returns an error of the file system in the words of the product. */
    public static LogDirectoryException failed(String what, Path path, IOException e) {
        String why = e.getMessage() == null ? "" : e.getMessage().replace(path.toString() + ": ", "");
        String kind = e.getClass() == IOException.class ? "" : e.getClass().getSimpleName() + ": ";
        String advice = FileOwner.advice(path)
                .orElse("see that the disk has room and the directory can be written to, then try again");
        return new LogDirectoryException("could not %s \"%s\": %s%s: %s".formatted(what, path, kind, why, advice), e);
    }

    /** A second that no file of this slug carries yet: what one run wrote, no other overwrites. */
    private static String freeStamp(Path directory, String kind, Instant now) {
        for (Instant second = now; ; second = second.plusSeconds(1)) {
            String stamp = STAMP.format(second);
            String beginning = kind + stamp;
            try (Stream<Path> files = Files.list(directory)) {
                if (files.noneMatch(file -> {
                    String name = String.valueOf(file.getFileName());
                    return name.startsWith(beginning) || name.endsWith("." + stamp + ".bak");
                })) {
                    return stamp;
                }
            } catch (IOException e) {
                throw failed("list", directory, e);
            } catch (UncheckedIOException e) {
                throw failed("list", directory, new IOException(e.getMessage(), e));
            }
        }
    }
}
