// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

/** What a {@link CouchDouble} answers as {@code offset} of {@code _all_docs}. */
public enum Offsets {
    /** The exact rank of the first row, as CouchDB does. The default. */
    EXACT,
    /** Always 0, as some other servers do. */
    ZERO,
    /** Always null, as some other servers do. */
    NULL
}
