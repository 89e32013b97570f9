// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.ranges;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId.DocumentId;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/** Whatever the bounds, an interval has those ids of what was read that PostgreSQL can have. */
final class IntervalPropertiesTest {
    private static final String SEED = "20261127";

    @Property(seed = SEED)
    void hasWhatLiesBetweenItsBounds(
            @ForAll(supplier = HostileKeys.class) Set<String> keys,
            @ForAll(supplier = HostileKeys.One.class) String from,
            @ForAll(supplier = HostileKeys.One.class) String last,
            @ForAll(supplier = HostileKeys.One.class) String before) {
        RangeOffset begun = RangeOffset.of(new DocumentId(from), new DocumentId(before));
        RangeOffset advanced = begun.advanced(new DocumentId(last), Tallies.NONE);
        RangeOffset whole = RangeOffset.of(null, null);

        for (String key : keys) {
            Optional<String> id = Optional.of(key).filter(text -> text.indexOf('\0') < 0);
            id.ifPresent(text -> {
                assertThat(isIn(begun.upTo(new DocumentId(last)), text))
                        .isEqualTo(compare(text, from) >= 0 && compare(text, last) <= 0);
                assertThat(isIn(begun.rest(), text)).isEqualTo(compare(text, from) >= 0 && compare(text, before) < 0);
                assertThat(isIn(advanced.upTo(new DocumentId(before)), text))
                        .isEqualTo(compare(text, last) > 0 && compare(text, before) <= 0);
                assertThat(isIn(advanced.rest(), text)).isEqualTo(compare(text, last) > 0 && compare(text, before) < 0);
                assertThat(isIn(whole.rest(), text)).isTrue();
                assertThat(isIn(whole.rest().after(last), text)).isEqualTo(compare(text, last) > 0);
            });
        }
    }

    private static boolean isIn(Interval interval, String id) {
        int below = compare(id, interval.from());
        @Nullable String to = interval.to();
        int above = to == null ? -1 : compare(id, to);
        return (interval.fromIncluded() ? below >= 0 : below > 0) && (interval.toIncluded() ? above <= 0 : above < 0);
    }

    private static int compare(String one, String other) {
        return KeyOrder.BY_CODE_POINT.compare(one, other);
    }
}
