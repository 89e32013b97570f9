// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The version of this program. */
final class Version {
    private Version() {}

    /** Returns what the jar's manifest says, and the commit that was built; a program that runs from class files has no version. */
    static String current() {
        @Nullable String version = Version.class.getPackage().getImplementationVersion();
        return "%s (%s)".formatted(version == null ? "development" : version, commit());
    }

    /** What was changed since and not committed makes it {@code …-dirty}. */
    private static String commit() {
        try (@Nullable InputStream built = Version.class.getResourceAsStream("commit.txt")) {
            String commit = built == null ? "" : new String(built.readAllBytes(), StandardCharsets.UTF_8).strip();
            return commit.isEmpty() ? "unknown commit" : "commit " + commit;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
