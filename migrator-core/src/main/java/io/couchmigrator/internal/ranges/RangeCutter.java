// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.ranges.Ranks.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a part of the key space into ranges of nearly equal size, by asking how many ids come before a key.
 *
 * <p>A cut is looked for between the two nearest places that are known, first where ids spread evenly would have it.
 * When a question does not halve the number of ids between those two, the next one is asked in another way; see
 * {@link KeySpace}. All answers serve all cuts, so that most take two to five questions.
 *
 * <p>On ids at rest each cut stands within an eighth of a range of where it belongs, and each range has between three
 * and five quarters of its share, unless a cut takes more than {@value #MOST_GUESSES} guesses, of one or two questions
 * each; then the nearest known place is taken. Cuts ascend strictly and lie inside the part, whatever is answered. So
 * ranges made of them hold every key exactly once: answers that move or are wrong make ranges uneven or fewer, nothing
 * else. Ids are compared here to refuse answers, never to decide what belongs to a range: that the server does.
 */
final class RangeCutter {
    private static final int MOST_RANGES = 64;
    private static final int LEAST_RANGE = 1_000;

    /** A cut may miss its rank by this part of a range: finer is not worth a question. */
    private static final int TOLERANCE = 8;

    /** A guess is one question, or two if it lands where no ids are. */
    private static final int MOST_GUESSES = 48;

    private final Ranks ranks;
    private final Place first;
    private final Place last;
    private final int ranges;
    private final long tolerance;
    private final int common;
    private final Landmarks known;
    private final KeySpace space = new KeySpace();

    private RangeCutter(Ranks ranks, Place first, Place last, int ranges) {
        this.ranks = ranks;
        this.first = first;
        this.last = last;
        this.ranges = ranges;
        this.tolerance = (last.rank() - first.rank()) / ranges / TOLERANCE;
        this.common = KeyOrder.common(first.id(), last.id());
        this.known = new Landmarks(first, last);
        space.learn(first.id().substring(common));
        space.learn(last.id().substring(common));
    }

    /** Returns into how many ranges so many ids are to be cut: whatever the workers, so that any may resume. */
    static int ranges(long ids) {
        return (int) Math.max(1, Math.min(MOST_RANGES, ids / LEAST_RANGE));
    }

    /**
     * Returns the places at which ranges begin, in ascending order, but for the first range. There are fewer than asked
     * for if ids are few, and none if the server tells no ranks: then all is one range.
     *
     * @param from the key at which the part begins; null for the beginning
     * @param before the key before which the part ends; null for the end
     */
    static List<Place> cuts(Ranks ranks, @Nullable String from, @Nullable String before, int ranges) {
        if (ranges < 2) {
            return List.of();
        }
        Optional<Place> first = ranks.from(from == null ? "" : from)
                .filter(place -> from == null ? place.rank() == 0 : !KeyOrder.isBelow(place.id(), from));
        Optional<Place> last = first.flatMap(place -> ranks.before(before))
                .flatMap(ranks::from)
                .filter(place -> before == null || KeyOrder.isBelow(place.id(), before));
        return first.isPresent() && last.isPresent() && isAbove(last.get(), first.get())
                ? new RangeCutter(ranks, first.get(), last.get(), ranges).cuts()
                : List.of();
    }

    private static boolean isAbove(Place last, Place first) {
        return last.rank() > first.rank() && KeyOrder.isBelow(first.id(), last.id());
    }

    private List<Place> cuts() {
        double ids = last.rank() - first.rank() + 1.0;
        List<Long> targets = new ArrayList<>();
        for (int i = 1; i < ranges; i++) {
            targets.add(first.rank() + (long) (ids * i / ranges));
        }
        approach(targets);
        List<Place> cuts = new ArrayList<>();
        Place previous = first;
        for (long target : targets) {
            Place cut = known.nearest(target);
            if (cut.rank() > previous.rank()) {
                cuts.add(cut);
                previous = cut;
            }
        }
        return cuts;
    }

    /** The middle one first: what is learned on the way to it serves both halves, and these need nothing of each other. */
    private void approach(List<Long> targets) {
        if (!targets.isEmpty()) {
            int middle = targets.size() / 2;
            approach(targets.get(middle));
            approach(targets.subList(0, middle));
            approach(targets.subList(middle + 1, targets.size()));
        }
    }

    private void approach(long target) {
        int stalls = 0;
        for (int guess = 0; guess < MOST_GUESSES && !isNear(target); guess++) {
            Place low = known.low(target);
            Place high = known.high(target);
            long distance = high.rank() - low.rank();
            double part = (double) (target - low.rank()) / distance;
            ask(space.between(low.id(), high.id(), part, stalls), high);
            boolean halved = known.high(target).rank() - known.low(target).rank() <= distance / 2;
            stalls += halved ? 0 : 1;
        }
    }

    private boolean isNear(long target) {
        boolean nothingBetween = known.high(target).rank() - known.low(target).rank() <= 1;
        return nothingBetween || Math.abs(known.nearest(target).rank() - target) <= tolerance;
    }

    /** Where a key finds only {@code high} again, it stands in a gap: then the id below the gap is what is new. */
    private void ask(String key, Place high) {
        ranks.from(key).ifPresent(place -> {
            if (place.rank() == high.rank()) {
                ranks.before(key).ifPresent(id -> learn(new Place(place.rank() - 1, id)));
            } else {
                learn(place);
            }
        });
    }

    private void learn(Place place) {
        if (known.add(place)) {
            space.learn(place.id().substring(common));
        }
    }
}
