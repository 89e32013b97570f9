// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.Listener;
import java.lang.reflect.Proxy;
import java.util.List;

/** Makes one listener of several. */
final class Listeners {
    private Listeners() {}

    /** Returns a listener that passes every call on to each of these, so that none is forgotten that comes later. */
    static Listener of(List<Listener> listeners) {
        return (Listener) Proxy.newProxyInstance(
                Listener.class.getClassLoader(), new Class<?>[] {Listener.class}, (self, method, arguments) -> {
                    for (Listener listener : listeners) {
                        method.invoke(listener, arguments);
                    }
                    return null;
                });
    }
}
