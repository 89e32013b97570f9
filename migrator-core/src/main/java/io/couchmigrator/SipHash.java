// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;

/** SipHash-2-4 with a key of 16 zero bytes; its library is loaded when a row is first routed. */
final class SipHash {
    private static final HashFunction ZERO_KEY = Hashing.sipHash24(0, 0);

    private SipHash() {}

    /** Returns the low 32 bits of the hash of some bytes. */
    static int low32(byte[] bytes) {
        return (int) ZERO_KEY.hashBytes(bytes).asLong();
    }
}
