// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import io.couchmigrator.TargetException;
import io.couchmigrator.TargetException.Lack;
import java.util.List;
import java.util.Optional;

/**
 * What is wrong with the target.
 *
 * @param sentence what was seen, what is needed, and what to do
 * @param lack what the user lacks; empty if it is about anything else
 */
public record Fault(String sentence, Optional<Lack> lack) {
    /** Describes what no statement grants. */
    public Fault(String sentence) {
        this(sentence, Optional.empty());
    }

    /** Describes what the user lacks; the sentence ends with the statement. */
    static Fault lacking(String what, String grant) {
        return new Fault("%s: %s".formatted(what, grant), Optional.of(new Lack(what, grant)));
    }

    /** Describes what a caller's writer found. */
    static Fault of(TargetException found) {
        return new Fault(String.valueOf(found.getMessage()), found.lack());
    }

    /** Describes each of what no statement grants. */
    public static List<Fault> all(List<String> sentences) {
        return sentences.stream().map(Fault::new).toList();
    }
}
