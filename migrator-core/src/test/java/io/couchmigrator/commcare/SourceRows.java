// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import io.couchmigrator.SourceRow;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Source rows made by hand. */
final class SourceRows {
    private SourceRows() {}

    @SuppressWarnings("NullAway") // javac does not keep the type annotations of a compact constructor's parameters.
    static SourceRow of(long id, Map<String, @Nullable Object> values) {
        return new SourceRow(id, values);
    }
}
