// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import java.util.Comparator;

/**
 * The order of keys by code points, which is the order of their UTF-8 bytes. {@link String#compareTo} differs from it
 * beyond U+FFFF, where a pair of surrogates stands for one code point.
 */
public final class KeyOrder {
    /** The order. */
    public static final Comparator<String> BY_CODE_POINT = KeyOrder::compare;

    private KeyOrder() {}

    /** Returns whether a key comes before another. */
    public static boolean isBelow(String one, String other) {
        return compare(one, other) < 0;
    }

    /** Returns how many characters both begin with; never the half of a pair. */
    public static int common(String one, String other) {
        int length = firstDifference(one, other);
        return length > 0 && Character.isHighSurrogate(one.charAt(length - 1)) ? length - 1 : length;
    }

    private static int compare(String one, String other) {
        int place = firstDifference(one, other);
        return place == one.length() || place == other.length()
                ? Integer.compare(one.length(), other.length())
                : Integer.compare(weight(one.charAt(place)), weight(other.charAt(place)));
    }

    private static int firstDifference(String one, String other) {
        int shorter = Math.min(one.length(), other.length());
        int place = 0;
        while (place < shorter && one.charAt(place) == other.charAt(place)) {
            place++;
        }
        return place;
    }

    /** Surrogates come after all that needs none. */
    private static int weight(char unit) {
        return Character.isSurrogate(unit) ? unit + Character.MAX_VALUE : unit;
    }
}
