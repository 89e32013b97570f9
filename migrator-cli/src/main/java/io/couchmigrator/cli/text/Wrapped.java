// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.util.ArrayList;
import java.util.List;

/** Parts text into lines that a terminal of 80 columns shows whole; a word that is longer, such as a path, stays one. */
public final class Wrapped {
    /** The last column stays free: some terminals wrap once it is written. */
    private static final int WIDTH = 79;

    private Wrapped() {}

    /**
     * Returns a text in lines.
     *
     * @param beginning what stands before it in the first line
     * @param indentation how many blanks stand before it in the others
     */
    public static List<String> lines(String beginning, int indentation, String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(beginning);
        int words = 0;
        for (String word : text.split(" ", -1)) {
            if (words > 0 && line.length() + 1 + word.length() > WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
                line.append(" ".repeat(indentation));
                words = 0;
            }
            line.append(words == 0 ? "" : " ").append(word);
            words++;
        }
        lines.add(line.toString());
        return lines;
    }
}
