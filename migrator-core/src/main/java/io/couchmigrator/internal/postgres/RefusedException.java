// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

/** The target refused rows for what one of them is, or for how many they are; never leaves the engine. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient SqlFault fault;

    public RefusedException(SqlFault fault) {
        super(fault.withoutValues(), null, false, false);
        this.fault = fault;
    }

    /** Returns what the target said. */
    public SqlFault fault() {
        return fault;
    }
}
