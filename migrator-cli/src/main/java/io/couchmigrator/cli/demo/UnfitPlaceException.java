// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** PostgreSQL cannot be started here: the platform, the user or a tool that is missing is in the way. */
final class UnfitPlaceException extends Exception {
    private static final long serialVersionUID = 1;

    UnfitPlaceException(IOException cause) {
        super(cause);
    }

    /** Returns what to tell the user, line by line. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("The demo cannot run here: its embedded PostgreSQL does not start on %s, %s, as user %s."
                .formatted(
                        System.getProperty("os.name"), System.getProperty("os.arch"), System.getProperty("user.name")));
        for (@Nullable Throwable cause = getCause(); cause != null; cause = cause.getCause()) {
            lines.add("   " + (cause.getMessage() == null ? cause.toString() : cause.getMessage()));
        }
        lines.add(
                "It needs Linux or macOS on x86-64 or 64-bit ARM, or Windows on x86-64; on Linux the super-user needs the program unshare as well.");
        lines.add("The migrator itself runs wherever Java does: see migrator run --help for servers of your own.");
        return lines;
    }
}
