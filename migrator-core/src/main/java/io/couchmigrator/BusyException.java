// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

/** Another run of the migration, or a verification of it, goes on and keeps this one away; or one has claimed a table that this one owned. */
public final class BusyException extends MigrationException {
    private static final long serialVersionUID = 1L;

    /** Creates one with a message that says who goes on and what to do now. */
    public BusyException(String message) {
        super(message, null);
    }

    @Override
    public Outcome outcome() {
        return Outcome.BUSY;
    }
}
