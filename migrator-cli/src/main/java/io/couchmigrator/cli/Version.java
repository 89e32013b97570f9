// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import org.jspecify.annotations.Nullable;

/** The version of this program. */
final class Version {
    private Version() {}

    /** Returns what the jar's manifest says; a program that runs from class files has no version. */
    static String current() {
        @Nullable String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
