// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import io.couchmigrator.Listener.Wait;

/** Hears what is waited for. */
public interface WaitListener {
    /** An attempt failed and will be made again. */
    void retrying(Wait wait);

    /** Something is waited for. Told as often as the teller likes while that lasts: who hears it tells people of it each minute. */
    void waiting(Wait wait);

    /** What {@link #waiting} told of is over. */
    void resumed(Wait wait);
}
