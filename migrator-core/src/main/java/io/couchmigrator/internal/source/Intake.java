// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.source;

import io.couchmigrator.internal.couch.Meter;

/**
 * Takes the items of a page as they come, and commits them in batches.
 *
 * @param <S> what the stage reads
 */
public interface Intake<S> extends Meter {
    /** Drops what was taken and not yet committed, because the page is read again. */
    void restart();

    /** Takes an item; may commit a batch. */
    void take(Item<S> item);
}
