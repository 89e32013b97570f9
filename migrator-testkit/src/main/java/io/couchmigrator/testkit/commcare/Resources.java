// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The files that the testkit's own jar holds. */
final class Resources {
    private Resources() {}

    /** Returns the text of a file, named relative to this package. */
    static String text(String path) {
        try (InputStream file = Resources.class.getResourceAsStream(path)) {
            if (file == null) {
                throw new IllegalStateException(
                        "resource \"%s\" is missing: expected it in the testkit's jar: rebuild the jar"
                                .formatted(path));
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "resource \"%s\" could not be read from the testkit's jar".formatted(path), e);
        }
    }
}
