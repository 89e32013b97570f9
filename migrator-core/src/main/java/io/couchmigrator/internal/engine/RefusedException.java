// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.internal.postgres.SqlFault;

/** The target refused rows for what one of them is, or for how many they are; never leaves the engine. */
final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient SqlFault fault;

    RefusedException(SqlFault fault) {
        super(fault.withoutValues(), null, false, false);
        this.fault = fault;
    }

    /** Returns what the target said. */
    SqlFault fault() {
        return fault;
    }
}
