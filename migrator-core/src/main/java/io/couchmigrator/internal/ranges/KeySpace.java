// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.internal.offsets.KeyOrder;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Guesses keys between two ids. Each way to guess gets on with ids on which others stall:
 *
 * <ul>
 *   <li>where ids spread evenly over the words of their alphabet would have it: most ids take a few guesses;
 *   <li>the beginning of the higher id, and what follows the beginning of the lower one: ids that repeat their
 *       beginnings, ever longer, or that seldom part from each other;
 *   <li>halfway between the code points in which both differ first: at most 21 of these lead one code point further.
 * </ul>
 *
 * <p>Not thread-safe.
 */
final class KeySpace {
    /** The bits of a fraction that a key is made from: less than a double has, far more than ids to tell apart. */
    private static final int BITS = 40;

    private static final int MOST_DIGITS = 24;
    private static final int WAYS = 4;
    private static final int MOST_HALVINGS = 4;

    private int[] alphabet = {};

    /** Learns characters of which ids are made. */
    void learn(String characters) {
        IntPredicate unknown = character -> Arrays.binarySearch(alphabet, character) < 0;
        if (characters.codePoints().anyMatch(unknown)) {
            alphabet = IntStream.concat(Arrays.stream(alphabet), characters.codePoints())
                    .sorted()
                    .distinct()
                    .toArray();
        }
    }

    /**
     * Returns a key above {@code low} and not above {@code high}, both learned, of which {@code low} comes first.
     *
     * @param part how far the key is wanted on the way from one to the other, from 0 to 1
     * @param stalls how many guesses so far did not help: each leads to another way
     */
    String between(String low, String high, double part, int stalls) {
        int common = KeyOrder.common(low, high);
        int halvings = 1 + stalls / WAYS % MOST_HALVINGS;
        String key =
                switch (stalls % WAYS) {
                    case 0 -> likely(low, high, common, part);
                    case 1 -> beginning(high, common, halvings);
                    case 2 -> halfway(low, high, common);
                    default -> following(beginning(low, common, halvings));
                };
        return within(low, high, key);
    }

    /** Between {@code 1f} and {@code 9c} this has hexadecimal digits, if ids do, not all that Unicode has. */
    private String likely(String low, String high, int common, double part) {
        double from = fraction(low.substring(common));
        double to = fraction(high.substring(common));
        return low.substring(0, common) + word(from + (to - from) * part);
    }

    private static String halfway(String low, String high, int common) {
        int from = common < low.length() ? low.codePointAt(common) : -1;
        int to = common < high.length() ? high.codePointAt(common) : from + 1;
        int middle = sendable((from + to + 1) / 2);
        return low.substring(0, common) + Character.toString(middle > from ? middle : to);
    }

    /** Halves what an id has beyond the common part, so often, but keeps one code point of it. */
    private static String beginning(String id, int common, int halvings) {
        int end = Math.min(id.length(), common + Math.max(1, (id.length() - common) >> halvings));
        boolean insidePair = end > 0 && end < id.length() && Character.isHighSurrogate(id.charAt(end - 1));
        return id.substring(0, insidePair ? end + 1 : end);
    }

    /** Returns the key that comes after all that begin so. */
    private static String following(String beginning) {
        if (beginning.isEmpty()) {
            return beginning;
        }
        int last = beginning.codePointBefore(beginning.length());
        return beginning.substring(0, beginning.length() - Character.charCount(last))
                + Character.toString(following(last));
    }

    private static String within(String low, String high, String key) {
        if (!KeyOrder.isBelow(low, key)) {
            return low + '\0';
        }
        return KeyOrder.isBelow(high, key) ? high : key;
    }

    private static int following(int codePoint) {
        int next = codePoint;
        do {
            next++;
        } while (next < Character.MAX_CODE_POINT && sendable(next) != next);
        return sendable(Math.min(next, Character.MAX_CODE_POINT));
    }

    /** Returns the nearest code point, not above, that every parser of JSON takes: no surrogate and no noncharacter. */
    private static int sendable(int codePoint) {
        if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
            return Character.MIN_SURROGATE - 1;
        }
        if (codePoint >= 0xFDD0 && codePoint <= 0xFDEF) {
            return 0xFDD0 - 1;
        }
        return (codePoint & 0xFFFE) == 0xFFFE ? (codePoint & ~0x3) | 0x1 : codePoint;
    }

    /** A word as a fraction of 1: its end is the digit 0, its characters are the digits from 1. */
    private double fraction(String word) {
        double fraction = 0;
        double weight = 1;
        for (int character : word.codePoints().limit(digits()).toArray()) {
            int index = Arrays.binarySearch(alphabet, character);
            weight /= alphabet.length + 1.0;
            fraction += weight * (index < 0 ? -index - 1 : index + 1);
        }
        return fraction;
    }

    private String word(double fraction) {
        StringBuilder word = new StringBuilder();
        double rest = fraction;
        for (int i = digits(); i > 0; i--) {
            rest *= alphabet.length + 1;
            int digit = Math.min((int) rest, alphabet.length);
            if (digit == 0) {
                break;
            }
            word.appendCodePoint(alphabet[digit - 1]);
            rest -= digit;
        }
        return word.toString();
    }

    private int digits() {
        return Math.min(MOST_DIGITS, 1 + BITS / (Integer.SIZE - Integer.numberOfLeadingZeros(alphabet.length + 1)));
    }
}
