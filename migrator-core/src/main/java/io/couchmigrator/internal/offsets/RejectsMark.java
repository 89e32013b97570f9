// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import java.util.OptionalLong;

/**
 * How an offset file knows the rejects file that belongs to it. Immutable.
 *
 * @param outstanding how many items were outstanding
 * @param digest of the lines that mattered, in whatever order; empty in files of before there was one
 */
public record RejectsMark(long outstanding, OptionalLong digest) {
    /** That of an offset file that is not there, to which any rejects file belongs. */
    public static final RejectsMark NONE = new RejectsMark(0, OptionalLong.empty());
}
