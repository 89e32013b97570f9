// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import java.util.List;

/** The command line, or what it names, is not fit to be carried out: what is wrong, and below it what would be right. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> faults;
    private final transient List<String> advice;

    public UsageException(List<String> faults, List<String> advice) {
        super(String.join("\n", faults));
        this.faults = List.copyOf(faults);
        this.advice = List.copyOf(advice);
    }

    /** Returns what is wrong, one line each. */
    public List<String> faults() {
        return faults;
    }

    /** Returns the lines that say what would be right. */
    public List<String> advice() {
        return advice;
    }
}
