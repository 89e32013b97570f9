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

    /** It raised none, and does not have a row as it was written into one of these tables; they may be unknown. */
    static Refusal dropped(Set<TableName> tables) {
        return new Refusal(
                "dropped",
                "refused-by-target",
                "a row that is not there as it was written: a trigger or a rule%s dropped, changed or removed it"
                        .formatted(of(tables)),
                Optional.empty());
    }

    /** It raised none, and still has a row that was deleted from one of these tables. */
    static Refusal kept(Set<TableName> tables) {
        return new Refusal(
                "kept",
                "refused-by-target",
                "a row that was to be deleted is still there: a trigger or a rule%s keeps it".formatted(of(tables)),
                Optional.empty());
    }

    private static String of(Set<TableName> tables) {
        return tables.stream().map(" of table \"%s\""::formatted).sorted().collect(Collectors.joining(" or"));
    }

    /** Returns what is to be recorded of an item. */
    Refused of(Ready<?> item) {
        return new Refused(item.id(), item.rev(), item.docType().get(), code, reason, said);
    }
}
