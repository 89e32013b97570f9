// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArgumentParserTest {
    private final Faults faults = new Faults();

    @Test
    void takesValuesBehindAnEqualsSignOrABlank() {
        Arguments arguments = parse("run", "migrate_metadata", "--log-dir=a b", "--chunk-size", "7", "--reset");

        assertThat(faults.messages()).isEmpty();
        assertThat(arguments.command()).contains(Command.RUN);
        assertThat(arguments.slug()).contains("migrate_metadata");
        assertThat(arguments.values())
                .containsEntry(Setting.LOG_DIR, List.of("a b"))
                .containsEntry(Setting.CHUNK_SIZE, List.of("7"))
                .hasSize(2);
        assertThat(arguments.has(Setting.RESET)).isTrue();
    }

    @Test
    void takesOptionsBeforeTheCommandAndNegativeNumbersAsValues() {
        Arguments arguments = parse("--chunk-size", "-5", "run_blob_migration", "migrate_metadata");

        assertThat(faults.messages()).isEmpty();
        assertThat(arguments.command()).contains(Command.RUN);
        assertThat(arguments.values()).containsEntry(Setting.CHUNK_SIZE, List.of("-5"));
    }

    @Test
    void keepsQuotesThatAreInAValue() {
        assertThat(parse("run", "--log-dir=\"x\"").values()).containsEntry(Setting.LOG_DIR, List.of("\"x\""));
    }

    @Test
    void tellsEveryUnknownOptionAndReadsTheRest() {
        Arguments arguments = parse("run", "--chunksize=5", "--log-dri", "logs", "--num-workers=2", "--zzz");

        assertThat(faults.messages())
                .containsExactly(
                        "unknown option --chunksize: did you mean --chunk-size?",
                        "unknown option --log-dri: did you mean --log-dir?",
                        "unknown option --zzz");
        assertThat(arguments.values()).containsEntry(Setting.NUM_WORKERS, List.of("2"));
    }

    @Test
    void takesNoAbbreviations() {
        parse("run", "--chunk=5");

        assertThat(faults.messages()).containsExactly("unknown option --chunk: did you mean --chunk-size?");
    }

    @ParameterizedTest
    @CsvSource({
        "--couch-password=hunter2, 'no option takes a password, which every user of this machine could read: set COUCHDB_PASSWORD, or use --couch-password-file'",
        "--pgpassword=hunter2, '--pgpassword: no option takes a password, which every user of this machine could read: set COUCHDB_PASSWORD or PGPASSWORD, or use --couch-password-file or a ~/.pgpass file'"
    })
    void refusesPasswordsWithoutRepeatingThem(String word, String fault) {
        parse("run", "migrate_metadata", word);

        assertThat(faults.messages()).containsExactly(fault);
    }

    @Test
    void refusesAnOptionGivenTwiceOrWithoutItsValueOrWithOneTooMany() {
        parse("run", "--chunk-size=1", "--chunk-size=2", "--reset=yes", "--log-dir");

        assertThat(faults.messages())
                .containsExactlyInAnyOrder(
                        "--chunk-size is given 2 times: give it once",
                        "--reset takes no value: write --reset",
                        "--log-dir needs a value: write --log-dir=VALUE");
    }

    private Arguments parse(String... words) {
        return new ArgumentParser(faults).parse(List.of(words));
    }
}
