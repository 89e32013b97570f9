// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/** Whatever the keys, whatever is answered, and wherever a run is cut off: every key is read, and once. */
final class RangeCutterPropertiesTest {
    private static final String SEED = "20261122";

    /** Three to find the ends, then two for each of 48 guesses a cut. */
    private static final int MOST_QUESTIONS = 3 + 63 * 96;

    @Property(seed = SEED)
    void rangesHoldEveryKeyOnce(
            @ForAll(supplier = HostileKeys.class) Set<String> keys, @ForAll @IntRange(min = 1, max = 64) int ranges) {
        SortedIds ids = new SortedIds(keys);

        List<RangeOffset> plan = cut(ids, RangeOffset.of(null, null), ranges);

        assertThat(plan).hasSizeBetween(1, ranges);
        assertThat(read(ids, plan)).isEqualTo(ids.all());
        assertThat(ids.questions()).isLessThanOrEqualTo(MOST_QUESTIONS);
    }

    @Property(seed = SEED)
    void rangesOfAPartHoldEveryKeyOfThatPartOnce(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll(supplier = HostileKeys.One.class) String from,
            @ForAll(supplier = HostileKeys.One.class) String before,
            @ForAll @IntRange(min = 1, max = 64) int ranges) {
        SortedIds ids = new SortedIds(keys);
        RangeOffset part = RangeOffset.of(new DocumentId(from), new DocumentId(before));

        List<RangeOffset> plan = cut(ids, part, ranges);

        assertThat(read(ids, plan)).isEqualTo(ids.page(part, Integer.MAX_VALUE));
    }

    /** Each range is left untouched, partly read or done; what is open may be cut anew, as it is after an update. */
    @Property(seed = SEED)
    void aResumeAtAnyPointReadsTheRest(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll @IntRange(min = 1, max = 64) int ranges,
            @ForAll @Size(64) List<@IntRange(min = 0, max = 20) Integer> progress,
            @ForAll @IntRange(min = 1, max = 8) int rangesOnResume) {
        SortedIds ids = new SortedIds(keys);
        List<String> read = new ArrayList<>();

        List<RangeOffset> plan = cut(ids, RangeOffset.of(null, null), ranges);
        List<RangeOffset> resumed = new ArrayList<>();
        for (int i = 0; i < plan.size(); i++) {
            RangeOffset stopped = readOn(ids, plan.get(i), progress.get(i), read);
            resumed.addAll(cut(ids, stopped, rangesOnResume));
        }
        read.addAll(read(ids, resumed));

        assertThat(read).containsExactlyInAnyOrderElementsOf(ids.all());
    }

    @Property(seed = SEED)
    void whatComesAndGoesWhilePlanningLosesNothing(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll(supplier = HostileKeys.class) Set<String> toggled,
            @ForAll @IntRange(min = 2, max = 64) int ranges) {
        SortedIds ids = new SortedIds(keys);

        List<RangeOffset> plan = cut(new Moving(ids, toggled.iterator()), RangeOffset.of(null, null), ranges);

        assertThat(read(ids, plan)).isEqualTo(ids.all());
    }

    /** What stays all the time is read once. What comes or goes may be missed, which is what catching up is for. */
    @Property(seed = SEED)
    void whatComesAndGoesWhileReadingLosesNothingThatStays(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll(supplier = HostileKeys.class) Set<String> toggled,
            @ForAll @IntRange(min = 2, max = 64) int ranges,
            @ForAll @IntRange(min = 1, max = 5) int limit) {
        SortedIds ids = new SortedIds(keys);
        Iterator<String> changes = toggled.iterator();
        List<String> read = new ArrayList<>();

        for (RangeOffset range : cut(ids, RangeOffset.of(null, null), ranges)) {
            for (RangeOffset open = range; !open.done(); open = readOn(ids, open, limit, read)) {
                if (changes.hasNext()) {
                    ids.toggle(changes.next());
                }
            }
        }

        Set<String> stayed = new HashSet<>(keys);
        stayed.removeAll(toggled);
        assertThat(read).doesNotHaveDuplicates().containsAll(stayed);
    }

    @Property(seed = SEED)
    void wrongAnswersLoseNothing(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll(supplier = HostileKeys.One.class) String from,
            @ForAll @Size(min = 1, max = 40) List<Lie> lies,
            @ForAll @IntRange(min = 2, max = 64) int ranges) {
        SortedIds ids = new SortedIds(keys);
        RangeOffset part = RangeOffset.of(new DocumentId(from), null);

        List<RangeOffset> plan = cut(new Lying(ids, lies), RangeOffset.of(null, null), ranges);
        List<RangeOffset> planOfPart = cut(new Lying(ids, lies), part, ranges);

        assertThat(read(ids, plan)).isEqualTo(ids.all());
        assertThat(read(ids, planOfPart)).isEqualTo(ids.page(part, Integer.MAX_VALUE));
        assertThat(ids.questions()).isLessThanOrEqualTo(2 * MOST_QUESTIONS);
    }

    private static List<RangeOffset> cut(Ranks ranks, RangeOffset range, int into) {
        String before = range.before() == null ? null : range.before().text();
        if (range.done()) {
            return List.of(range);
        }
        List<RangeOffset.Cut> cuts = RangeCutter.cuts(ranks, SortedIds.start(range), before, into).stream()
                .map(cut -> new RangeOffset.Cut(new DocumentId(cut.id()), cut.rank()))
                .toList();
        return range.cutAt(0, cuts);
    }

    private static List<String> read(SortedIds ids, List<RangeOffset> ranges) {
        List<String> read = new ArrayList<>();
        ranges.forEach(range -> readOn(ids, range, Integer.MAX_VALUE, read));
        return read;
    }

    /** Reads a page; one that is not full ends the range. */
    private static RangeOffset readOn(SortedIds ids, RangeOffset range, int limit, List<String> read) {
        List<String> page = range.done() ? List.of() : ids.page(range, limit);
        read.addAll(page);
        RangeOffset advanced =
                page.isEmpty() ? range : range.advanced(new DocumentId(page.get(page.size() - 1)), Tallies.NONE);
        return page.size() < limit ? advanced.finished() : advanced;
    }

    /** Changes a key before each answer. */
    private record Moving(SortedIds ids, Iterator<String> toggled) implements Ranks {
        @Override
        public Optional<Place> from(String key) {
            move();
            return ids.from(key);
        }

        @Override
        public Optional<String> before(@Nullable String key) {
            move();
            return ids.before(key);
        }

        private void move() {
            if (toggled.hasNext()) {
                ids.toggle(toggled.next());
            }
        }
    }

    /** What a wrong answer is made of a right one. */
    enum Lie {
        NONE,
        NOTHING,
        ZERO,
        NEGATIVE,
        HUGE,
        LESS,
        MORE,
        THE_KEY_ITSELF,
        FIRST_OF_ALL,
        BEHIND_ALL;

        Optional<Ranks.Place> of(Optional<Ranks.Place> answer, String key) {
            long rank = answer.map(Ranks.Place::rank).orElse(0L);
            String id = answer.map(Ranks.Place::id).orElse(key);
            return switch (this) {
                case NONE -> answer;
                case NOTHING -> Optional.empty();
                case ZERO -> Optional.of(new Ranks.Place(0, id));
                case NEGATIVE -> Optional.of(new Ranks.Place(-rank - 1, id));
                case HUGE -> Optional.of(new Ranks.Place(Long.MAX_VALUE, id));
                case LESS -> Optional.of(new Ranks.Place(rank / 2, id));
                case MORE -> Optional.of(new Ranks.Place(rank + 7, id));
                case THE_KEY_ITSELF -> Optional.of(new Ranks.Place(rank, key));
                case FIRST_OF_ALL -> Optional.of(new Ranks.Place(rank, ""));
                case BEHIND_ALL -> Optional.of(new Ranks.Place(rank, "\uDBFF\uDFFF".repeat(9)));
            };
        }
    }

    /** Answers with one lie after the other, over and over. */
    private static final class Lying implements Ranks {
        private final SortedIds ids;
        private final Iterator<Lie> lies;

        Lying(SortedIds ids, List<Lie> lies) {
            this.ids = ids;
            this.lies = IntStream.iterate(0, i -> (i + 1) % lies.size())
                    .mapToObj(lies::get)
                    .iterator();
        }

        @Override
        public Optional<Place> from(String key) {
            return lies.next().of(ids.from(key), key);
        }

        @Override
        public Optional<String> before(@Nullable String key) {
            String above = key == null ? "\uDBFF\uDFFF" : key;
            return lies.next()
                    .of(ids.before(key).map(id -> new Place(0, id)), above)
                    .map(Place::id);
        }
    }
}
