// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.List;

/**
 * Makes rows of one item that was read.
 *
 * <p>Called by several workers at once, and more than once for the same item: after a crash, when a batch is tried
 * again, or when a document changed. It must depend on nothing but its arguments.
 *
 * @param <S> what is read
 * @param <R> the type of the rows
 */
@FunctionalInterface
public interface Transform<S, R> {
    /**
     * Returns the rows of one item, in the order they came; empty if it has none.
     *
     * @throws RejectException if the item cannot be stored. It is recorded as rejected, no row of it is written, the
     *     entries it logged are dropped, and all others go on. Any other exception is a bug, as is a result that is null or
     *     has null in it: see {@link ErrorRule}.
     */
    List<R> rows(S source, Context context);
}
