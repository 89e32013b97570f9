// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import io.couchmigrator.TableName;
import io.couchmigrator.internal.batch.Preparation.Ready;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.source.Item.Refused;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Why the target does not take the rows of a document.
 *
 * @param likeness what tells it from other reasons
 * @param code what kind of fault it is
 * @param reason for people, without values
 * @param said what a function of the target's own says, which may quote values; empty if none does
 */
record Refusal(String likeness, String code, String reason, Optional<String> said) {
    /** It raised an error. */
    static Refusal of(SqlFault fault) {
        return new Refusal(fault.likeness(), fault.code(), fault.reason(), fault.raised());
    }

    /** It raised none, and does not have a row that was written into one of these tables; they may be unknown. */
    static Refusal dropped(Set<TableName> tables) {
        String where =
                tables.stream().map(" of table \"%s\""::formatted).sorted().collect(Collectors.joining(" or"));
        return new Refusal(
                "dropped",
                "refused-by-target",
                "a row that was neither written nor is there: a trigger or a rule%s drops it".formatted(where),
                Optional.empty());
    }

    /** Returns what is to be recorded of an item. */
    Refused of(Ready<?> item) {
        return new Refused(item.id(), item.rev(), item.docType().get(), code, reason, said);
    }
}
