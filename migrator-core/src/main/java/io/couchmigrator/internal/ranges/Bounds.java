// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import org.jspecify.annotations.Nullable;

/** The keys between which what is left of a range of documents lies. */
public final class Bounds {
    /** Comes after every id that is not made to come after it; U+10FFFE and U+10FFFF are no characters. */
    public static final String BEYOND_ALL = "\udbff\udffd".repeat(8);

    private Bounds() {}

    /** Returns the key at which a range goes on, the least one after what was read; null for the beginning of all. */
    public static @Nullable String from(RangeOffset range) {
        String next = next(range);
        return next.isEmpty() ? null : next;
    }

    /** Returns the key before which a range ends; null for the end of all. */
    public static @Nullable String before(RangeOffset range) {
        SourceId before = range.before();
        return before == null ? null : before.text();
    }

    /** Returns the key at which a range goes on, which is empty for the beginning of all. */
    public static String next(RangeOffset range) {
        SourceId after = range.after();
        if (after != null) {
            return after.text() + '\0';
        }
        SourceId from = range.from();
        return from == null ? "" : from.text();
    }

    /** Returns a key before which a range ends, also for the end of all. */
    public static String end(RangeOffset range) {
        String before = before(range);
        return before == null ? BEYOND_ALL : before;
    }
}
