// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.TableName;
import io.couchmigrator.internal.files.LogDirectory;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads from offset files into which tables stages went until now. */
public final class EarlierTables {
    private EarlierTables() {}

    /** Returns the tables by their stages, as far as the log directory tells them. A file that is not as it should be tells none. */
    public static Map<String, TableName> in(Path logDirectory, String slug) {
        Map<String, TableName> tables = new LinkedHashMap<>();
        files(LogDirectory.offsets(logDirectory, slug)).forEach(file -> tables.putAll(tables(file)));
        return tables;
    }

    /** Returns those that were put aside, the latest last, and then that of now, which has no stage to which no run has come since. */
    private static List<Path> files(Path offsets) {
        List<Path> files = new ArrayList<>();
        Path directory = offsets.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return List.of();
        }
        try (DirectoryStream<Path> aside = Files.newDirectoryStream(directory, offsets.getFileName() + ".*.bak")) {
            aside.forEach(files::add);
        } catch (IOException | DirectoryIteratorException e) {
            return List.of();
        }
        Collections.sort(files);
        files.add(offsets);
        return files;
    }

    /** A stage's claim names its table; one that never wrote has none. */
    private static Map<String, TableName> tables(Path file) {
        Map<String, TableName> tables = new LinkedHashMap<>();
        try {
            OffsetFile.load(file).stream()
                    .flatMap(offsets -> offsets.stages().stream())
                    .filter(stage -> !stage.claims().isEmpty())
                    .forEach(stage -> tables.put(
                            stage.name(), TableName.parse(stage.claims().get(0).table())));
        } catch (LogDirectoryException | OffsetsRefusedException | IllegalArgumentException e) {
            return Map.of();
        }
        return tables;
    }
}
