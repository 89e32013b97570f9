// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

/** Hears how large a document grows while it is parsed. What it throws, where there is no room for the document, ends the parsing. */
@FunctionalInterface
public interface Meter {
    /** Lets every document grow. */
    Meter NONE = bytes -> {};

    /** The document that is being parsed holds this many bytes by now. */
    void documentGrewTo(long bytes);
}
