// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.files.WholeFile;
import io.couchmigrator.internal.files.WholeLines;
import io.couchmigrator.internal.offsets.RejectedItems.Event;
import io.couchmigrator.internal.offsets.RejectedItems.Written;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the events of a rejects file come to, one after the other. Of an item only its id is kept, and by which lines it stands;
 * why it was rejected is in the file alone. Used by one thread at a time.
 */
public final class RejectEvents {
    static final String RESOLVED = "resolved";
    static final String CONFIRMED = "confirmed";

    /** A file with fewer lines that do not matter is left as it is: it costs nothing, and people may want to look back. */
    static final long LEAST_LEFT_OUT = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(RejectEvents.class);

    private final Path path;
    private final RejectsMark saved;
    private final RejectedItems items = new RejectedItems();
    private long end;
    private long lines;
    private long told;
    private boolean asSaved;

    private RejectEvents(Path path, RejectsMark saved) {
        this.path = path;
        this.saved = saved;
        this.asSaved = isNowAsSaved();
    }

    /**
     * An item that is outstanding.
     *
     * @param line the number of the line by which it is
     */
    public record Item(long line, String stage, SourceId id) {}

    /** Reads the events of a file that belongs to no offset file. */
    public static RejectEvents read(Path path) {
        return read(path, RejectsMark.NONE);
    }

    /**
     * Reads the events of a file, and changes nothing.
     *
     * @param saved how the offset file knows it
     * @throws LogDirectoryException if the file cannot be read
     * @throws OffsetsRefusedException if it is not UTF-8, or a line of it is no event
     */
    public static RejectEvents read(Path path, RejectsMark saved) {
        RejectEvents events = new RejectEvents(path, saved);
        try {
            events.end = WholeLines.read(path, events::add);
        } catch (CharacterCodingException e) {
            throw new OffsetsRefusedException(
                    "\"%s\" is not UTF-8: restore the file from a copy, or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"
                            .formatted(path),
                    e);
        } catch (IOException e) {
            throw LogDirectory.failed("read", path, e);
        }
        return events;
    }

    private void add(byte[] line) throws CharacterCodingException {
        lines++;
        String text = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(line))
                .toString();
        try {
            take(JsonFiles.parse(text).getAsJsonObject(), digest(text));
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | ArithmeticException
                | NumberFormatException
                | UnsupportedOperationException e) {
            throw new OffsetsRefusedException(
                    "line %s of \"%s\" is no event of a reject: restore the file from a copy, or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"
                            .formatted(lines, path),
                    e);
        }
    }

    /** Takes an event that was added to the file. */
    void add(JsonObject line, String text) {
        lines++;
        take(line, digest(text));
    }

    private void take(JsonObject line, long digestOfLine) {
        String stage = line.get("stage").getAsString();
        SourceId id = SourceId.of(line.get("doc_id"));
        Optional<String> rev = text(line.get("rev"));
        String event = line.get("event").getAsString();
        switch (event) {
            case RESOLVED -> resolved(stage, id, rev, digestOfLine);
            case CONFIRMED -> items.remove(stage, id);
            default -> {
                Kind kind = Kind.of(event).orElseThrow(() -> new JsonParseException("an unknown event"));
                told++;
                if (kind == Kind.REJECTED) {
                    String code = line.get("code").getAsString();
                    String reason = text(line.get("reason")).orElse("");
                    items.remove(stage, id);
                    items.put(stage, id, new Event(kind, lines, digest(rev.orElse(""), code, reason), digestOfLine));
                    items.written(stage, id, null);
                } else if (items.event(stage, id) == null) {
                    items.put(stage, id, new Event(kind, lines, digest(rev.orElse("")), digestOfLine));
                }
            }
        }
        asSaved |= isNowAsSaved();
    }

    private void resolved(String stage, SourceId id, Optional<String> rev, long digestOfLine) {
        Event event = items.remove(stage, id);
        if (event != null && event.kind() != Kind.REJECTED && rev.isPresent()) {
            items.written(
                    stage, id, new Written(event.line(), lines, digest(rev.get()), event.digest() + digestOfLine));
        } else {
            items.written(stage, id, null);
        }
    }

    /**
     * Returns whether the file has, or had and did away with, all that the offset file was saved with. Where that has no digest,
     * the file need only tell of as many rejects.
     */
    boolean isWhole() {
        return saved.digest().isPresent() ? asSaved : told >= saved.outstanding();
    }

    /** Returns what is wrong if it is not: what is forgotten of it would never be tried again. */
    public Optional<OffsetsRefusedException> lacking() {
        if (isWhole()) {
            return Optional.empty();
        }
        return Optional.of(new OffsetsRefusedException(
                "\"%s\" is %s: it never told what the offset file knows of it (outstanding rejects: %s): restore it from a copy that was made with the offset file, or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"
                        .formatted(
                                path, Files.notExists(path) ? "missing" : "cut, or another one", saved.outstanding())));
    }

    private boolean isNowAsSaved() {
        return saved.digest().isPresent() && saved.digest().getAsLong() == items.digest();
    }

    /** Returns how an offset file that is saved now knows the file again. */
    RejectsMark mark() {
        return items.mark();
    }

    /** Returns how many bytes of the file are events. */
    long end() {
        return end;
    }

    /** Returns where the file is. */
    public Path path() {
        return path;
    }

    /** Returns what is outstanding, in no order. */
    public Stream<Item> outstanding() {
        return items.outstanding();
    }

    /** Returns how many items of a stage are outstanding, at the same cost however many they are. */
    public long outstanding(String stage) {
        return count(stage::equals, kind -> true);
    }

    /**
     * Returns how many of the items of some stages that were read are done. What is outstanding was read, and its row is not there, or not as
     * it should be; but of what has a row that should not be there nothing else is to come.
     */
    long done(long read, Predicate<String> stages) {
        return Math.max(0, read - items.count(stages, kind -> kind != Kind.EXTRA));
    }

    /** Returns how many items of some stages are outstanding for some reasons, at the same cost however many they are. */
    long count(Predicate<String> stages, Predicate<Kind> reasons) {
        return items.count(stages, reasons);
    }

    /** Returns the ids of a stage that are outstanding for some reasons, in the order of the events. */
    List<SourceId> ids(String stage, Predicate<Kind> reasons) {
        return items.ids(stage, reasons);
    }

    /** Returns why an item is outstanding; empty if it is not. */
    Optional<Kind> kind(String stage, SourceId id) {
        return Optional.ofNullable(items.event(stage, id)).map(Event::kind);
    }

    /** Returns whether the line by which an item is outstanding says this: a revision; of a reject, its code and reason, too. */
    boolean isSaid(String stage, SourceId id, String... what) {
        Event event = items.event(stage, id);
        return event != null && event.said() == digest(what);
    }

    /** Returns whether a run wrote an item, at this revision, because of what a verification had found. */
    boolean wasWritten(String stage, SourceId id, String rev) {
        Written known = items.written(stage, id);
        return known != null && known.rev() == digest(rev);
    }

    /**
     * Leaves out of the file what no longer matters, if that is more than half of its lines, and many. The rest stays as it
     * is, in its order. Where a link leads to the file, it is compacted there. To be called by whoever holds the log directory.
     *
     * <p>Only a file of which the offset file knows all is replaced, since that must know the new one as well.
     *
     * @throws LogDirectoryException if the file cannot be replaced; then the former or the new one is there, whole
     */
    public void compactIfWorthIt() {
        long kept = items.lines().count();
        long leftOut = lines - kept;
        if (leftOut >= LEAST_LEFT_OUT && leftOut > kept && isNowAsSaved()) {
            compact();
            LOG.info("{}: {} of {} lines left out, which no longer matter", path, leftOut, leftOut + kept);
        }
    }

    /** The lines keep their numbers here: only their order matters from now on. */
    void compact() {
        long[] kept = items.lines().sorted().toArray();
        try {
            WholeFile.replace(path.toRealPath(), file -> WholeLines.read(path, new Compacted(kept, file)));
            end = Files.size(path);
        } catch (IOException e) {
            throw LogDirectory.failed("replace", path, e);
        }
    }

    /** Enough to tell whether the same is said again, in eight bytes. What is said may be long, and is said of very many. */
    private static long digest(String... parts) {
        byte[] bytes = String.join("\0", parts).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(bytes).getLeastSignificantBits();
    }

    private static Optional<String> text(@Nullable JsonElement element) {
        return element == null || element.isJsonNull() ? Optional.empty() : Optional.of(element.getAsString());
    }
}
