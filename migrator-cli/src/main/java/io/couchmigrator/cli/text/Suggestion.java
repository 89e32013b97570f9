// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Guesses what was meant by a word that is not known. */
public final class Suggestion {
    private Suggestion() {}

    /** Returns {@code ": did you mean X?"}, or nothing if no known word is near. */
    public static String of(String word, Collection<String> known) {
        return closest(word, known).map(name -> ": did you mean " + name + "?").orElse("");
    }

    private static Optional<String> closest(String word, Collection<String> known) {
        int limit = Math.max(2, word.length() / 3);
        return known.stream()
                .filter(name -> name.startsWith(word) || distance(word, name) <= limit)
                .min(Comparator.comparingInt(name -> distance(word, name)));
    }

    /** Returns how many characters must be inserted, removed or replaced to get from one word to the other. */
    private static int distance(String from, String to) {
        int[] above = new int[to.length() + 1];
        for (int column = 0; column <= to.length(); column++) {
            above[column] = column;
        }
        for (int row = 1; row <= from.length(); row++) {
            int[] current = new int[to.length() + 1];
            current[0] = row;
            for (int column = 1; column <= to.length(); column++) {
                int replaced = above[column - 1] + (from.charAt(row - 1) == to.charAt(column - 1) ? 0 : 1);
                current[column] = Math.min(replaced, 1 + Math.min(above[column], current[column - 1]));
            }
            above = current;
        }
        return above[to.length()];
    }
}
