// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import org.jspecify.annotations.Nullable;

/** The check of builders for what has no default. */
final class Required {
    private Required() {}

    static <T> T of(@Nullable T value, String what, String kind, String name) {
        if (value == null) {
            throw new IllegalStateException("%s \"%s\" has no %s: set one before build()".formatted(kind, name, what));
        }
        return value;
    }
}
