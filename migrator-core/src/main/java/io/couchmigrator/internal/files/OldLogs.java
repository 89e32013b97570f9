// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The files that each run leaves, of which nothing reads any again: of each kind, such as the migration log of one stage, the latest stay. */
final class OldLogs {
    private static final Logger LOG = LoggerFactory.getLogger(OldLogs.class);
    private static final int MOST_OF_A_KIND = 100;

    /** What follows on the beginning of their names: the time of the run, in the order of which they are, and their kind. */
    private static final Pattern END = Pattern.compile("\\d{8}T\\d{6}Z(\\.txt\\.\\d+|-summary\\.txt|\\.jsonl)");

    private OldLogs() {}

    /**
     * Deletes all but the latest hundred of each kind. What cannot be deleted stays: that is no reason to end a run, nor to keep
     * the others.
     *
     * @param beginning of the names of all of them, up to the time
     * @param own the time in the names of those that this run writes: they stay, though after a clock was put back they are the oldest
     */
    static void delete(Path directory, String beginning, String own) {
        try (Stream<Path> files = Files.list(directory)) {
            for (List<Path> kind : files.filter(file -> !kind(file, beginning).isEmpty())
                    .collect(groupingBy(file -> kind(file, beginning)))
                    .values()) {
                kind.sort(Comparator.reverseOrder());
                kind.stream()
                        .skip(MOST_OF_A_KIND)
                        .filter(old -> !name(old).startsWith(beginning + own))
                        .forEach(OldLogs::delete);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("old logs stay in {}", directory, e);
        }
    }

    private static void delete(Path old) {
        try {
            Files.deleteIfExists(old);
        } catch (IOException e) {
            LOG.warn("{} stays", old, e);
        }
    }

    /** Returns which kind of file it is; empty if it is none of these. */
    private static String kind(Path file, String beginning) {
        String name = name(file);
        if (!name.startsWith(beginning)) {
            return "";
        }
        Matcher end = END.matcher(name.substring(beginning.length()));
        return end.matches() ? end.group(1) : "";
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }
}
