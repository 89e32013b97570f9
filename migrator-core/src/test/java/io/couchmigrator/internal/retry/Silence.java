// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import io.couchmigrator.Listener.Outage;

/** Tells nobody of an outage. */
public final class Silence implements OutageListener {
    @Override
    public void retrying(Outage outage) {}

    @Override
    public void waiting(Outage outage) {}

    @Override
    public void recovered(Outage outage) {}
}
