// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.List;

/**
 * How a row that should be in the target stands there. Immutable.
 *
 * @param state how it stands
 * @param key the row's key, as text
 * @param columns the columns whose values differ; empty unless it stands there with other values
 */
public record Standing(State state, String key, List<String> columns) {
    public Standing {
        columns = List.copyOf(columns);
    }

    /** How a row stands. */
    public enum State {
        /** It is there as it should be. */
        SAME,
        /** It is there with other values, and is to be left as it is. */
        LEFT_ALONE,
        /** It is there with other values, which is a fault. */
        DIFFERENT,
        /** It is not there. */
        MISSING
    }
}
