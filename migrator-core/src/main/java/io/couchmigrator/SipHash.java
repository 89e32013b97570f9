// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;

/** SipHash-2-4 with a key of 16 zero bytes; its library is loaded when a row is first routed. */
final class SipHash {
    private static final HashFunction ZERO_KEY = Hashing.sipHash24(0, 0);

    private SipHash() {}

    /** Returns the low 32 bits of the hash of a text's UTF-8 bytes. */
    static int low32(String text) {
        return (int) ZERO_KEY.hashString(text, StandardCharsets.UTF_8).asLong();
    }
}
