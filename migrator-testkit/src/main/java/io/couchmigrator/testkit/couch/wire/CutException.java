// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.wire;

import java.io.IOException;

/** Ends a body before its end, on purpose. */
public final class CutException extends IOException {
    private static final long serialVersionUID = 1L;
}
