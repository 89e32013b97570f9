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
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.LongStream;
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
    private final Map<String, Map<SourceId, Event>> outstanding = new HashMap<>();
    private final Map<String, Map<SourceId, Written>> written = new HashMap<>();
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private long end;
    private long lines;
    private long told;

    private RejectEvents(Path path) {
        this.path = path;
    }

    /**
     * By what an item is outstanding.
     *
     * @param line the number of its line
     * @param said the digest of revision, code and reason
     */
    private record Event(Kind kind, long line, long said) {}

    /**
     * At which revision a run wrote what a verification had found. That one found it mended afterwards changes nothing: of two
     * documents with one key each is so in its turn.
     *
     * @param found the number of the line in which a verification tells of it
     * @param resolved that of the line in which the run does
     * @param rev the digest of the revision
     */
    private record Written(long found, long resolved, long rev) {}

    /**
     * Reads the events of a file, and changes nothing.
     *
     * @throws LogDirectoryException if the file cannot be read
     * @throws OffsetsRefusedException if it is not UTF-8, or a line of it is no event
     */
    public static RejectEvents read(Path path) {
        RejectEvents events = new RejectEvents(path);
        try {
            events.end = WholeLines.read(path, events::add);
        } catch (CharacterCodingException e) {
            throw new OffsetsRefusedException(
                    "\"%s\" is not UTF-8: restore the file from a copy, or start over with startOver(true) (rows stay, all is read again)"
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
            take(JsonFiles.parse(text).getAsJsonObject());
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | ArithmeticException
                | NumberFormatException
                | UnsupportedOperationException e) {
            throw new OffsetsRefusedException(
                    "line %s of \"%s\" is no event of a reject: restore the file from a copy, or start over with startOver(true) (rows stay, all is read again)"
                            .formatted(lines, path),
                    e);
        }
    }

    /** Takes an event that was added to the file. */
    void add(JsonObject line) {
        lines++;
        take(line);
    }

    private void take(JsonObject line) {
        String stage = line.get("stage").getAsString();
        SourceId id = SourceId.of(line.get("doc_id"));
        Optional<String> rev = text(line.get("rev"));
        String event = line.get("event").getAsString();
        switch (event) {
            case RESOLVED -> resolved(stage, id, rev);
            case CONFIRMED -> remove(stage, id);
            default -> {
                Kind kind = Kind.of(event).orElseThrow(() -> new JsonParseException("an unknown event"));
                told++;
                if (kind == Kind.REJECTED) {
                    String code = line.get("code").getAsString();
                    String reason = text(line.get("reason")).orElse("");
                    remove(stage, id);
                    put(stage, id, new Event(kind, lines, digest(rev.orElse(""), code, reason)));
                    of(written, stage).remove(id);
                } else if (event(stage, id) == null) {
                    put(stage, id, new Event(kind, lines, digest(rev.orElse(""))));
                }
            }
        }
    }

    private void resolved(String stage, SourceId id, Optional<String> rev) {
        Event event = remove(stage, id);
        if (event != null && event.kind() != Kind.REJECTED && rev.isPresent()) {
            of(written, stage).put(id, new Written(event.line(), lines, digest(rev.get())));
        } else {
            of(written, stage).remove(id);
        }
    }

    private void put(String stage, SourceId id, Event event) {
        of(outstanding, stage).put(id, event);
        counts.merge(event.kind(), 1L, Long::sum);
    }

    private @Nullable Event remove(String stage, SourceId id) {
        Event event = of(outstanding, stage).remove(id);
        if (event != null) {
            counts.merge(event.kind(), -1L, Long::sum);
        }
        return event;
    }

    private @Nullable Event event(String stage, SourceId id) {
        return of(outstanding, stage).get(id);
    }

    private static <T> Map<SourceId, T> of(Map<String, Map<SourceId, T>> stages, String stage) {
        return stages.computeIfAbsent(stage, name -> new HashMap<>());
    }

    /** Returns how often something became outstanding, which is never less often than an offset file counts. */
    public long told() {
        return told;
    }

    /** Returns how many bytes of the file are events. */
    long end() {
        return end;
    }

    /** Returns where the file is. */
    public Path path() {
        return path;
    }

    /** Returns how many items are outstanding for some reasons, at the same cost however many they are. */
    long count(Predicate<Kind> reasons) {
        return counts.entrySet().stream()
                .filter(count -> reasons.test(count.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Returns the ids of a stage that are outstanding for some reasons, in the order of the events. */
    List<SourceId> ids(String stage, Predicate<Kind> reasons) {
        return of(outstanding, stage).entrySet().stream()
                .filter(entry -> reasons.test(entry.getValue().kind()))
                .sorted(Comparator.comparingLong(entry -> entry.getValue().line()))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Returns why an item is outstanding; empty if it is not. */
    Optional<Kind> kind(String stage, SourceId id) {
        return Optional.ofNullable(event(stage, id)).map(Event::kind);
    }

    /** Returns whether the line by which an item is outstanding says this: a revision; of a reject, its code and reason, too. */
    boolean isSaid(String stage, SourceId id, String... what) {
        Event event = event(stage, id);
        return event != null && event.said() == digest(what);
    }

    /** Returns whether a run wrote an item, at this revision, because of what a verification had found. */
    boolean wasWritten(String stage, SourceId id, String rev) {
        Written known = of(written, stage).get(id);
        return known != null && known.rev() == digest(rev);
    }

    /**
     * Leaves out of the file what no longer matters, if that is more than half of its lines, and many. The rest stays as it
     * is, in its order. To be called by whoever holds the log directory.
     *
     * @param counted how many items the offset file counts as outstanding: the file must go on telling of as many
     * @throws LogDirectoryException if the file cannot be replaced; then the former or the new one is there, whole
     */
    public void compact(long counted) {
        long kept = kept().count();
        long leftOut = lines - kept;
        if (leftOut >= LEAST_LEFT_OUT && leftOut > kept && toldOfKept() >= counted) {
            compact();
            LOG.info("{}: {} of {} lines left out, which no longer matter", path, leftOut, leftOut + kept);
        }
    }

    /** The lines keep their numbers here: only their order matters from now on. */
    void compact() {
        long[] kept = kept().sorted().toArray();
        try {
            WholeFile.replace(path, file -> {
                Compacted compacted = new Compacted(kept, file);
                WholeLines.read(path, compacted);
                end = compacted.end();
            });
        } catch (IOException e) {
            throw LogDirectory.failed("replace", path, e);
        }
        told = toldOfKept();
    }

    private long toldOfKept() {
        return count(kind -> true)
                + written.values().stream().mapToLong(Map::size).sum();
    }

    private LongStream kept() {
        return LongStream.concat(
                outstanding.values().stream()
                        .flatMap(events -> events.values().stream())
                        .mapToLong(Event::line),
                written.values().stream()
                        .flatMap(events -> events.values().stream())
                        .flatMapToLong(both -> LongStream.of(both.found(), both.resolved())));
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
