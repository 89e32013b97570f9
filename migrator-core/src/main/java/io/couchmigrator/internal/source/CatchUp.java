// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import com.google.gson.JsonElement;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads what changed since a position. Used by one thread.
 *
 * @param <S> what the stage reads
 */
public interface CatchUp<S> {
    /** Returns whether there is anything to read. */
    boolean isPending();

    /** Returns how much there was to read at the beginning; empty if the source does not say. */
    OptionalLong pending();

    /**
     * Reads the next page, waiting out passing errors.
     *
     * @return whether there may be more
     */
    boolean page(Intake<S> intake);

    /** Returns how many changes were read. */
    long changes();

    /** Returns the position after the pages read so far; null if the source has none. */
    @Nullable
    JsonElement position();
}
