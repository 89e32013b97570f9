// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.internal.offsets.KeyOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

final class KeySpacePropertiesTest {
    private static final String SEED = "20261122";

    @Property(seed = SEED, tries = 3_000)
    void ordersKeysAsTheirBytes(
            @ForAll(supplier = HostileKeys.One.class) String one,
            @ForAll(supplier = HostileKeys.One.class) String other) {
        int bytes =
                Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));

        assertThat(Integer.signum(KeyOrder.BY_CODE_POINT.compare(one, other))).isEqualTo(Integer.signum(bytes));
    }

    @Property(seed = SEED, tries = 3_000)
    void findsKeysAboveTheLowAndNotAboveTheHigh(
            @ForAll(supplier = HostileKeys.One.class) String one,
            @ForAll(supplier = HostileKeys.One.class) String other,
            @ForAll @DoubleRange(min = 0, max = 1) double part,
            @ForAll @IntRange(max = 15) int stalls) {
        String low = KeyOrder.isBelow(one, other) ? one : other;
        String high = low.equals(one) ? other + '!' : one;
        KeySpace space = new KeySpace();
        space.learn(low);
        space.learn(high);

        String key = space.between(low, high, part, stalls);

        assertThat(KeyOrder.isBelow(low, key)).as("above the low").isTrue();
        assertThat(KeyOrder.isBelow(high, key)).as("above the high").isFalse();
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(key)).isTrue();
    }
}
