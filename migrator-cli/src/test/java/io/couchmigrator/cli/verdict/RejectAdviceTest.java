// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RejectAdviceTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    nul-character            | take U+0000 out (or --nul=replace --reread); of an id: save it anew
                    lone-surrogate           | take the half of a surrogate pair out
                    value-too-long           | shorten it, or make the column longer
                    number-out-of-range      | change the number, or make a string of it
                    wrong-type               | change the value that the reason names
                    nested-too-deep          | flatten it, or raise max_stack_depth of PostgreSQL
                    too-long-for-index       | save it under another id, and delete this
                    illegal-doc-id           | save it under another id, and delete this
                    too-large                | part it
                    unreadable               | look at the server's log
                    refused-by-target        | change the document, the constraint or the trigger
                    malformed-external-blobs | make an object of it
                    missing-key              | give it a key
                    transform-failed         | mend the function of the stage, or the document
                    no-shard                 | give it the value that its shard is told by
                    missing                  | run again, which writes or deletes its rows
                    different                | run again, which writes or deletes its rows
                    extra                    | run again, which writes or deletes its rows
                    missing again            | find what undoes it, such as a trigger; run, then verify
                    different again          | find what undoes it, such as a trigger; run, then verify
                    of-the-operator          | do what the reason says
                    """)
    void saysHowToMendWhatACodeMeans(String code, String advice) {
        assertThat(RejectAdvice.of(code)).isEqualTo(advice);
    }
}
