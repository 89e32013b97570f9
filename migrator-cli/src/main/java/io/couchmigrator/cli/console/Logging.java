// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.console;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.util.FileSize;
import io.couchmigrator.cli.text.Secrets;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.logging.LogManager;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sends what the libraries and the engine log to {@code migrator.log} in the log directory, and nowhere else. */
public final class Logging {
    private static final int FILES = 5;
    private static final long BYTES_PER_FILE = 10 * FileSize.MB_COEFFICIENT;

    /** Line ends of Unicode's are none of {@code \p{Cntrl}}. */
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\u0080-\\u009f\\u2028\\u2029]");

    private Logging() {}

    /** Returns the file for this log directory. */
    public static Path file(Path logDirectory) {
        return logDirectory.resolve("migrator.log");
    }

    /** Keeps {@code java.util.logging}, which OkHttp and the PostgreSQL driver use, from writing to the console. */
    public static void silence() {
        LogManager.getLogManager().reset();
    }

    /** Begins to write the file in this log directory, and to add to it if it is there. */
    public static void begin(Path logDirectory) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        context.getLogger("org.jooq").setLevel(Level.WARN);
        context.getLogger("okhttp3").setLevel(Level.WARN);
        root.addAppender(started(
                context, new FileOnceNeeded(appender(context, file(logDirectory).toAbsolutePath()))));
        SLF4JBridgeHandler.install();
    }

    private static RollingFileAppender<ILoggingEvent> appender(Context context, Path file) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setFile(file.toString());
        appender.setEncoder(encoder(context));

        NumberedFiles full = new NumberedFiles(file, FILES - 1);
        full.start();
        appender.setRollingPolicy(full);

        SizeBasedTriggeringPolicy<ILoggingEvent> size = new SizeBasedTriggeringPolicy<>();
        size.setContext(context);
        size.setMaxFileSize(new FileSize(BYTES_PER_FILE));
        size.start();
        appender.setTriggeringPolicy(size);

        return appender;
    }

    private static Appender<ILoggingEvent> started(Context context, Appender<ILoggingEvent> appender) {
        appender.setContext(context);
        appender.start();
        return appender;
    }

    private static LayoutWrappingEncoder<ILoggingEvent> encoder(Context context) {
        PatternLayout layout = new SafeLayout();
        layout.setContext(context);
        layout.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z', UTC} %-5level [%thread] %logger - %nopex");
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        encoder.start();
        return encoder;
    }

    /** Makes the file when there is something to log, so that none is empty. */
    private static final class FileOnceNeeded extends AppenderBase<ILoggingEvent> {
        private final Appender<ILoggingEvent> file;

        FileOnceNeeded(Appender<ILoggingEvent> file) {
            this.file = file;
        }

        @Override
        protected void append(ILoggingEvent event) {
            if (!file.isStarted()) {
                file.start();
            }
            file.doAppend(event);
        }

        @Override
        public void stop() {
            file.stop();
            super.stop();
        }
    }

    /**
     * A library may log a URL with all that stands in it, and an id, or what a server says, may hold line ends and other
     * controls. Only the beginning of an event is written at the beginning of a line.
     */
    private static final class SafeLayout extends PatternLayout {
        @Override
        public String doLayout(ILoggingEvent event) {
            StringBuilder lines = new StringBuilder(super.doLayout(event));
            lines.append(escaped(event.getFormattedMessage())).append('\n');
            if (event.getThrowableProxy() != null) {
                ThrowableProxyUtil.asString(event.getThrowableProxy()).lines().forEach(line -> lines.append("    ")
                        .append(escaped(line.strip()))
                        .append('\n'));
            }
            return Secrets.masked(lines.toString());
        }

        private static String escaped(String text) {
            return CONTROL.matcher(text)
                    .replaceAll(control -> String.format(
                            Locale.ROOT, "\\\\u%04x", (int) control.group().charAt(0)));
        }
    }
}
