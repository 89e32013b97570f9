// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import java.nio.file.Files;
import java.nio.file.Path;
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
}
