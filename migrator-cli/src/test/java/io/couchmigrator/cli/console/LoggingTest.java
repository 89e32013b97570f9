// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.atIndex;

import ch.qos.logback.classic.LoggerContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LoggingTest {
    private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();

    @TempDir
    private Path directory;

    @AfterEach
    void closeTheFile() {
        context.reset();
        new QuietLogback().configure(context);
    }

    @Test
    void hasNoAppenderUntilThereIsALogDirectory() {
        assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME)
                        .iteratorForAppenders()
                        .hasNext())
                .isFalse();
        assertThat(LoggerFactory.getLogger("any").isErrorEnabled()).isFalse();
    }

    /** In patterns of Logback's, of slf4j's and of Java's these mean something. */
    @Test
    void writesIntoADirectoryOfAnyName() throws Exception {
        Path odd = Files.createDirectories(directory.resolve(" %d {x} %i %s ($) 100%"));

        Logging.begin(odd);
        assertThat(odd).isEmptyDirectory();
        LoggerFactory.getLogger("io.couchmigrator.any").info("into {}", odd);

        assertThat(Files.readString(Logging.file(odd))).contains("into " + odd);
        try (Stream<Path> files = Files.list(odd)) {
            assertThat(files).containsExactly(odd.resolve("migrator.log"));
        }
    }

    @Test
    void keepsTheLastFewFilesThatWereFull() throws Exception {
        Path log = Files.createDirectories(directory.resolve("100%d")).resolve("migrator.log");
        NumberedFiles files = new NumberedFiles(log, 3);

        for (int i = 1; i <= 5; i++) {
            Files.writeString(log, "file " + i);
            files.rollover();
        }

        assertThat(log).doesNotExist();
        assertThat(log.resolveSibling("migrator.log.1")).hasContent("file 5");
        assertThat(log.resolveSibling("migrator.log.2")).hasContent("file 4");
        assertThat(log.resolveSibling("migrator.log.3")).hasContent("file 3");
        assertThat(log.resolveSibling("migrator.log.4")).doesNotExist();
    }

    @Test
    void writesToTheFileWithoutPasswordsInUtf8AndUtc() throws Exception {
        Logging.begin(directory);

        LoggerFactory.getLogger("io.couchmigrator.any").info("… http://admin:hunter2@couch/");
        LoggerFactory.getLogger("org.jooq.any").info("chatter");
        java.util.logging.Logger.getLogger("okhttp3.OkHttpClient").warning("a connection was leaked");

        assertThat(Files.readString(Logging.file(directory)))
                .contains("INFO ", "io.couchmigrator.any - … http://admin:***@couch/", "a connection was leaked")
                .matches("(?s)\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z .*")
                .doesNotContain("hunter2", "chatter");
    }

    /** An id may hold whatever a JSON text may, and a server say what it likes. */
    @Test
    void writesNothingOfAnIdAtTheBeginningOfALine() throws Exception {
        String forged = "2018-10-24T20:58:39.999Z INFO  [main] any - all is well";
        Logging.begin(directory);

        LoggerFactory.getLogger("io.couchmigrator.any")
                .warn("rejected \"a\r\n{}\u001b[2J\u2028\u0085\"", forged, new IllegalStateException("b\n" + forged));

        assertThat(Files.readAllLines(Logging.file(directory)))
                .satisfies(
                        line -> assertThat(line)
                                .contains(" - rejected \"a\\u000d\\u000a" + forged + "\\u001b[2J\\u2028\\u0085\""),
                        atIndex(0))
                .filteredOn(line -> line.startsWith("2018"))
                .isEmpty();
        assertThat(Files.readAllLines(Logging.file(directory)).stream().skip(1))
                .allMatch(line -> line.startsWith("    "));
    }
}
