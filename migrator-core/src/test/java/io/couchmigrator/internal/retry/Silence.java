// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import io.couchmigrator.Listener.Wait;

/** Tells nobody. */
public final class Silence implements WaitListener {
    @Override
    public void retrying(Wait wait) {}

    @Override
    public void waiting(Wait wait) {}

    @Override
    public void resumed(Wait wait) {}
}
