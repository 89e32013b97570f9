// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.io.ByteArrayInputStream;

/** Bytes that come a few at a time, as they do over a network. */
final class SlicedStream extends ByteArrayInputStream {
    private final int most;

    SlicedStream(byte[] bytes, int most) {
        super(bytes);
        this.most = most;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        return super.read(buffer, offset, Math.min(length, most));
    }
}
