// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;

/** What happened in all runs, for people who look later. It is read only where the offset file does not tell, as why a run ended; a run that cannot write it ends. Safe for use by multiple threads. */
public final class HistoryFile implements AutoCloseable {
    private static final long LONG_BYTES = 10_000_000;

    private final LineFile file;
    private final Clock clock;

    private HistoryFile(Path path, Clock clock) {
        this.file = LineFile.continued(path);
        this.clock = clock;
    }

    /** Returns the file; one that has grown long is put aside first, as {@code ….1}, in the place of the one before. */
    public static HistoryFile open(Path path, Clock clock) {
        try {
            if (Files.exists(path) && Files.size(path) > LONG_BYTES) {
                Files.move(path, aside(path), StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw LogDirectory.failed("put aside", path, e);
        }
        return new HistoryFile(path, clock);
    }

    /** Returns where a history is that has grown long, and goes on in another. */
    public static Path aside(Path path) {
        return path.resolveSibling(path.getFileName() + ".1");
    }

    /** Adds the beginning of a run, with who runs it. */
    public void started(JsonObject settings) {
        JsonObject run = new JsonObject();
        run.addProperty("pid", ProcessHandle.current().pid());
        run.addProperty("host", Signature.host());
        run.addProperty("version", version());
        run.add("settings", settings);
        add("run started", run);
    }

    /** Adds an event. */
    public void add(String event, JsonObject details) {
        JsonObject line = new JsonObject();
        line.addProperty("at", clock.instant().toString());
        line.addProperty("event", event);
        details.entrySet().forEach(detail -> line.add(detail.getKey(), detail.getValue()));
        file.append(line);
    }

    @Override
    public void close() {
        file.close();
    }

    private static String version() {
        String version = HistoryFile.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
