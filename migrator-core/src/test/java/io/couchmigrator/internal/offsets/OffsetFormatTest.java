// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.SourceId.RowId;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.offsets.TargetIdentity.ShardsIdentity;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("values")
final class OffsetFormatTest {
    private static final Instant NOW = Instant.EPOCH;

    @Test
    void readsWhatItWrote() {
        Offsets offsets = offsets(range(null, 5), range(5, 9).finished(), range(9, null));

        assertThat(OffsetFormat.offsets(OffsetFormat.json(offsets))).isEqualTo(offsets);
    }

    @Test
    void readsWhatAVerificationCountedThatItWrote() {
        Tallies counted = new Tallies(
                9, 8, 7, 6, 5, 4, 3, new Tallies.Verified(1, 2, 3, 4, 5, 6, 7), new Tallies.Rows(1, 2, 3, 4, 5));
        Offsets offsets = offsets(range(null, null).advanced(new RowId(3), counted));

        assertThat(OffsetFormat.offsets(OffsetFormat.json(offsets))).isEqualTo(offsets);
    }

    @Test
    void readsTheRatesThatItWrote() {
        Offsets none = offsets(range(null, null));
        Offsets offsets = none.withRates(Map.of("rows", 2_345.6));

        assertThat(OffsetFormat.offsets(OffsetFormat.json(offsets))).isEqualTo(offsets);
        assertThat(OffsetFormat.json(none).toString()).doesNotContain("rate");
    }

    /** Earlier versions wrote none. */
    @Test
    void readsWhatTheTargetIsCalled() {
        Offsets nameless = offsets(range(null, null));
        Offsets named = nameless.in("PostgreSQL at localhost:5432/shop");

        assertThat(OffsetFormat.offsets(OffsetFormat.json(named))).isEqualTo(named);
        assertThat(OffsetFormat.json(named)
                        .getAsJsonObject("target")
                        .get("name")
                        .getAsString())
                .isEqualTo("PostgreSQL at localhost:5432/shop");
        assertThat(OffsetFormat.json(nameless).getAsJsonObject("target").has("name"))
                .isFalse();
    }

    @Test
    void readsTheDatabasesOfAShardedTargetThatItWrote() {
        Offsets alone = offsets(range(null, null));
        TargetIdentity main = alone.target();
        Offsets offsets = new Offsets(
                alone.migration(),
                alone.saved(),
                alone.url(),
                null,
                null,
                main.with(
                        List.of(new ShardsIdentity(0, 1, main), new ShardsIdentity(2, 3, main.on(OptionalLong.of(9))))),
                RejectsMark.NONE,
                alone.stages());

        assertThat(OffsetFormat.offsets(OffsetFormat.json(offsets))).isEqualTo(offsets);
    }

    private static Offsets offsets(RangeOffset... ranges) {
        StageOffset stage = new StageOffset(
                "rows",
                1,
                Optional.empty(),
                Phase.READING,
                null,
                10,
                NOW,
                null,
                List.of(ranges),
                Tallies.NONE,
                List.of(),
                List.of());
        TargetIdentity target =
                new TargetIdentity(Optional.empty(), "shop", 1, Map.of("orders", 2L), OptionalLong.of(3));
        return new Offsets("shop", NOW, "http://localhost:5984/", null, null, target, RejectsMark.NONE, List.of(stage));
    }

    private static RangeOffset range(@Nullable Integer from, @Nullable Integer before) {
        return RangeOffset.of(id(from), id(before));
    }

    private static @Nullable RowId id(@Nullable Integer key) {
        return key == null ? null : new RowId(key);
    }
}
