// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.BusyException;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.TableClaims;
import io.couchmigrator.internal.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Holds tables that stages own against the claims that are remembered of them: whoever claims one later may change its rows. */
final class Claims {
    private Claims() {}

    /**
     * Returns for each table that another claim has what is seen there.
     *
     * @param tables as they are now, those of each stage in the order of the target's databases
     * @param stages what remembers the claims; the tables of others are left out
     */
    static List<BusyException> lost(List<Target.Owned> tables, List<StageOffset> stages) {
        List<BusyException> lost = new ArrayList<>();
        for (StageOffset stage : stages) {
            List<Target.Owned> its = tables.stream()
                    .filter(table -> table.stage().equals(stage.name()))
                    .toList();
            for (int i = 0; i < its.size(); i++) {
                Optional<TableClaims> remembered =
                        stage.claims().stream().skip(i).findFirst();
                its.get(i)
                        .ownership()
                        .loss(remembered)
                        .map(its.get(i).database()::told)
                        .map(BusyException::new)
                        .ifPresent(lost::add);
            }
        }
        return lost;
    }
}
