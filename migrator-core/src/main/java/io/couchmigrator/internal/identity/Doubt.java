// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import io.couchmigrator.LogDirectoryException;
import java.nio.file.Path;

/**
 * Why a database cannot be the one that a stage was read from, or not in a state after that.
 *
 * @param what what was looked at
 * @param seen what it is
 * @param expected what the offset file says
 */
public record Doubt(String what, String seen, String expected) {
    /** Returns what to refuse the offset file with. */
    public LogDirectoryException refusal(Path file) {
        return new LogDirectoryException(
                "offset file \"%s\" belongs to something else: %s: seen %s, expected %s as the file says: connect to what it was written for, name another log directory, let the migration go on with this source by `migrator run` with --accept-new-source (positions are kept, all its changes are read from the beginning), or start it over with --reset (rows stay, all is read again)"
                        .formatted(file, what, seen, expected));
    }
}
