// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import io.couchmigrator.internal.source.Item;
import io.couchmigrator.internal.target.Target;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks at what items ask for and at what is there. Waits out passing errors. Safe for use by multiple threads, each with sessions of
 * its own.
 *
 * @param <S> what the stage reads
 */
interface Looks<S> {
    /** Looks at items, in parts where their rows are more than a worker may hold. */
    void of(List<Item<S>> items, Target.Connections sessions, Consumer<Look> then);
}
