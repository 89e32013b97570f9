// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.SourceRow;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many rows of a table to ask for at once, which are in memory before anybody can tell how large they are: as many as one
 * worker may hold if they are as large as the last ones, and at most ten times as many as came then. Safe for use by multiple
 * threads.
 */
final class RowPage {
    private static final int MOST = 1000;
    private static final int GROWTH = 10;
    /** What a row takes beside its texts, and a value that is none. */
    private static final long ROUGH_OVERHEAD = 64;

    private static final long ROUGH_VALUE_SIZE = 16;

    private final long share;
    private int rows = 1;

    /** @param share how many bytes one worker may hold */
    RowPage(long share) {
        this.share = share;
    }

    /** Returns how many to ask for. */
    synchronized int rows() {
        return rows;
    }

    /** Learns from what came. */
    synchronized void seen(List<Item<SourceRow>> items) {
        if (!items.isEmpty()) {
            long bytes = Math.max(1, items.stream().mapToLong(Item::bytes).sum());
            long fitting = Math.max(1, share * items.size() / bytes);
            rows = (int) Math.min(MOST, Math.min(fitting, (long) GROWTH * items.size()));
        }
    }

    /** Returns about how many bytes a row takes. */
    static long bytes(SourceRow row) {
        return ROUGH_OVERHEAD
                + row.values().values().stream().mapToLong(RowPage::bytes).sum();
    }

    private static long bytes(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes.length;
        }
        if (value instanceof Object[] values) {
            return Stream.of(values).mapToLong(RowPage::bytes).sum();
        }
        return value == null || value instanceof Number
                ? ROUGH_VALUE_SIZE
                : value.toString().length();
    }
}
