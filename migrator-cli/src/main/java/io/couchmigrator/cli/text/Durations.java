// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as operators write and read them. */
public final class Durations {
    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private Durations() {}

    /** Returns the duration that stands in a text such as {@code 30s}, {@code 10m} or {@code 2h}; empty if none does. */
    public static Optional<Duration> parse(String text) {
        Matcher matcher = WRITTEN.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long amount = Long.parseLong(matcher.group(1));
        return Optional.of(
                switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    case "h" -> Duration.ofHours(amount);
                    default -> Duration.ofDays(amount);
                });
    }

    /** Returns a duration of whole milliseconds as {@link #parse} takes it. */
    public static String option(Duration duration) {
        if (duration.toMillisPart() != 0) {
            return duration.toMillis() + "ms";
        }
        return duration.toSecondsPart() == 0 && !duration.isZero()
                ? duration.toMinutes() + "m"
                : duration.toSeconds() + "s";
    }

    /** Returns {@code [D day[s], ]H:MM:SS.ffffff}. */
    public static String precise(Duration duration) {
        return String.format(Locale.ROOT, "%s.%06d", seconds(duration), duration.toNanosPart() / 1000);
    }

    /** Returns {@code [D day[s], ]H:MM:SS}, cut to whole seconds. */
    public static String seconds(Duration duration) {
        long days = duration.toDaysPart();
        String clock = String.format(
                Locale.ROOT,
                "%d:%02d:%02d",
                duration.toHoursPart(),
                duration.toMinutesPart(),
                duration.toSecondsPart());
        if (days == 0) {
            return clock;
        }
        return days + (days == 1 ? " day, " : " days, ") + clock;
    }
}
