// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OperatorWordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "start over by run() with startOver(true) (rows stay)|start over by `migrator run` with --reset (rows stay)",
                "look with verify(), then try with acceptFailover(true);|look with `migrator verify`, then try with --accept-failover;",
                "go on by acceptNewSource(true)|go on by --accept-new-source",
                "let it have this one by run() with adopt(true), which|let it have this one by `migrator run` with --adopt, which",
                "with fewer workers: workers(2)|with fewer workers: --num-workers=2",
                "Set chunkSize(25), or|Set --chunk-size=25, or",
                "no such time zone: start Java with -Duser.timezone=UTC|no such time zone: set MIGRATOR_OPTS=-Duser.timezone=UTC",
                "name it by tableSource(\"IcdsFile\", …)|name it by \"sources\": {\"IcdsFile\": ...} in the file of --config"
            })
    void standForThoseOfTheLibrary(String message, String said) {
        assertThat(OperatorWords.of(message)).isEqualTo(said);
    }

    @Test
    void nameTheOptionsForOneRunThatMessagesLeaveAChoiceOf() {
        assertThat(OperatorWords.choices(List.of(
                        "by run() with acceptNewSource(true), or start over with startOver(true)",
                        "start over with startOver(true), or workers(2), or replaceNul()")))
                .containsExactly("--reset", "--accept-new-source");
    }

    @Test
    void leaveAllElseAsItIs() {
        String message = "function rerun() of \"$1\" failed: \\\\, 100 %, startOver";

        assertThat(OperatorWords.of(message)).isEqualTo(message);
    }
}
