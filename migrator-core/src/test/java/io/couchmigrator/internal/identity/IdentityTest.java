// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.couchmigrator.DocumentStage;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.Migration;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.Offsets;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.offsets.TargetIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class IdentityTest {
    private static final Instant NOON = Instant.parse("2018-10-24T12:00:00Z");

    @Test
    void refusesOtherDefinitionsOnceForAllStagesThatDifferAlike() {
        Migration migration = Migration.builder("orders")
                .stage(stage("a", 2))
                .stage(stage("b", 2))
                .stage(stage("c", 3))
                .stage(stage("d", 1))
                .build();

        assertThat(faults(migration, saved("a"), saved("b"), saved("c"), saved("d")))
                .extracting(Throwable::getMessage)
                .satisfiesExactly(
                        alike -> assertThat(alike)
                                .startsWith("offset file \"orders.offsets.json\" is of another definition of stages"
                                        + " \"a\", \"b\": seen 2, expected 1 as the file says: run the version of this"
                                        + " program that wrote it, "),
                        other -> assertThat(other).contains("of stage \"c\": seen 3, expected 1 "));
    }

    private static List<LogDirectoryException> faults(Migration migration, StageOffset... stages) {
        TargetIdentity target = new TargetIdentity(Optional.empty(), "hq", 1, Map.of(), OptionalLong.empty());
        Offsets saved = new Offsets("orders", NOON, "http://couch/", null, null, target, 0, List.of(stages));
        return Identity.faults(Path.of("orders.offsets.json"), saved, migration, Optional.of(target));
    }

    private static StageOffset saved(String name) {
        return new StageOffset(
                name, 1, Optional.empty(), Phase.READING, null, 0, NOON, null, List.of(), Tallies.NONE, List.of());
    }

    private static DocumentStage<String> stage(String name, int definition) {
        return DocumentStage.<String>builder(name)
                .definition(definition)
                .transform((document, context) -> List.of())
                .writer((connection, rows) -> rows.size())
                .build();
    }
}
