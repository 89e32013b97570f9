// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import io.couchmigrator.internal.offsets.RejectEvents.Item;
import io.couchmigrator.internal.offsets.RejectsFile.Kind;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * By which lines of a rejects file its items stand. Used by one thread at a time.
 *
 * <p>The digests of these lines add up to one of them all. What had it once lacks none of them, unless a later line did away with
 * it: a line has its time, so it never comes again.
 */
final class RejectedItems {
    private final Map<String, Map<SourceId, Event>> outstanding = new HashMap<>();
    private final Map<String, Map<SourceId, Written>> written = new HashMap<>();
    private final Map<String, Map<Kind, Long>> counts = new HashMap<>();
    private long digest;

    /**
     * By what an item is outstanding.
     *
     * @param line the number of its line
     * @param said the digest of revision, code and reason
     * @param digest that of its line
     */
    record Event(Kind kind, long line, long said, long digest) {}

    /**
     * At which revision a run wrote what a verification had found. That one found it mended afterwards changes nothing: of two
     * documents with one key each is so in its turn.
     *
     * @param found the number of the line in which a verification tells of it
     * @param resolved that of the line in which the run does
     * @param rev the digest of the revision
     * @param digest that of both lines
     */
    record Written(long found, long resolved, long rev, long digest) {}

    /** Takes an item for outstanding; it must not be so already. */
    void put(String stage, SourceId id, Event event) {
        of(outstanding, stage).put(id, event);
        count(stage, event, 1);
        digest += event.digest();
    }

    /** Returns by what an item was outstanding that no longer is; null if it was not. */
    @Nullable
    Event remove(String stage, SourceId id) {
        Event event = of(outstanding, stage).remove(id);
        if (event != null) {
            count(stage, event, -1);
            digest -= event.digest();
        }
        return event;
    }

    /** Takes note that a run wrote an item because of what a verification had found; null for no longer. */
    void written(String stage, SourceId id, @Nullable Written now) {
        Map<SourceId, Written> known = of(written, stage);
        Written before = now == null ? known.remove(id) : known.put(id, now);
        digest += (now == null ? 0 : now.digest()) - (before == null ? 0 : before.digest());
    }

    /** Returns by what an item is outstanding; null if it is not. */
    @Nullable
    Event event(String stage, SourceId id) {
        return of(outstanding, stage).get(id);
    }

    /** Returns at which revision a run wrote what a verification had found; null if none did. */
    @Nullable
    Written written(String stage, SourceId id) {
        return of(written, stage).get(id);
    }

    private void count(String stage, Event event, long more) {
        counts.computeIfAbsent(stage, name -> new EnumMap<>(Kind.class)).merge(event.kind(), more, Long::sum);
    }

    /** Returns how many items of some stages are outstanding for some reasons, at the same cost however many they are. */
    long count(Predicate<String> stages, Predicate<Kind> reasons) {
        return counts.entrySet().stream()
                .filter(stage -> stages.test(stage.getKey()))
                .flatMap(stage -> stage.getValue().entrySet().stream())
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

    /** Returns what is outstanding, in no order. */
    Stream<Item> outstanding() {
        return outstanding.entrySet().stream().flatMap(stage -> stage.getValue().entrySet().stream()
                .map(item -> new Item(item.getValue().line(), stage.getKey(), item.getKey())));
    }

    /** Returns the numbers of the lines by which items stand. */
    LongStream lines() {
        return LongStream.concat(
                outstanding.values().stream()
                        .flatMap(events -> events.values().stream())
                        .mapToLong(Event::line),
                written.values().stream()
                        .flatMap(events -> events.values().stream())
                        .flatMapToLong(both -> LongStream.of(both.found(), both.resolved())));
    }

    /** Returns the digest of the lines by which items stand, whatever their order. */
    long digest() {
        return digest;
    }

    /** Returns how an offset file that is saved now knows them again. */
    RejectsMark mark() {
        return new RejectsMark(count(stage -> true, kind -> true), OptionalLong.of(digest));
    }

    private static <T> Map<SourceId, T> of(Map<String, Map<SourceId, T>> stages, String stage) {
        return stages.computeIfAbsent(stage, name -> new HashMap<>());
    }
}
