// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import static java.util.stream.Collectors.groupingBy;

import java.io.IOException;
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
     * Deletes all but the latest hundred of each kind. What cannot be deleted stays: that is no reason to end a run.
     *
     * @param beginning of the names of all of them, up to the time
     */
    static void delete(Path directory, String beginning) {
        try (Stream<Path> files = Files.list(directory)) {
            for (List<Path> kind : files.filter(file -> !kind(file, beginning).isEmpty())
                    .collect(groupingBy(file -> kind(file, beginning)))
                    .values()) {
                kind.sort(Comparator.reverseOrder());
                for (Path old : kind.subList(Math.min(MOST_OF_A_KIND, kind.size()), kind.size())) {
                    Files.deleteIfExists(old);
                }
            }
        } catch (IOException e) {
            LOG.warn("old logs stay in {}", directory, e);
        }
    }

    /** Returns which kind of file it is; empty if it is none of these. */
    private static String kind(Path file, String beginning) {
        String name = String.valueOf(file.getFileName());
        if (!name.startsWith(beginning)) {
            return "";
        }
        Matcher end = END.matcher(name.substring(beginning.length()));
        return end.matches() ? end.group(1) : "";
    }
}
