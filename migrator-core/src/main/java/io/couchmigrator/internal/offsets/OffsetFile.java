// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.couchmigrator.LogDirectoryException;
import io.couchmigrator.OffsetsRefusedException;
import io.couchmigrator.internal.files.JsonFiles;
import io.couchmigrator.internal.files.LogDirectory;
import io.couchmigrator.internal.files.RegularFile;
import io.couchmigrator.internal.files.WholeFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** Loads and saves offsets: wholly the former or wholly the new ones are there, whenever the machine stops. */
public final class OffsetFile {
    private final Path path;

    public OffsetFile(LogDirectory directory) {
        this.path = directory.offsets();
    }

    /**
     * Returns what was saved last; empty if nothing was.
     *
     * @throws LogDirectoryException if the file cannot be read
     * @throws OffsetsRefusedException if it is not what this version writes
     */
    public Optional<Offsets> load() {
        return load(path);
    }

    /** The same, of a directory that is not held. */
    public static Optional<Offsets> load(Path path) {
        RegularFile.check(path);
        String text;
        try {
            text = Files.readString(path);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (CharacterCodingException e) {
            throw torn(path, "it is not UTF-8", e);
        } catch (IOException e) {
            throw LogDirectory.failed("read", path, e);
        }
        try {
            return Optional.of(parse(path, text));
        } catch (JsonParseException e) {
            throw torn(path, JsonFiles.fault(e), e);
        } catch (IllegalStateException e) {
            throw torn(path, String.valueOf(e.getMessage()).lines().findFirst().orElse(""), e);
        } catch (IllegalArgumentException e) {
            throw new OffsetsRefusedException(
                    "offset file \"%s\" is not what this version writes: %s: restore it from a copy, or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    /** Saves; on return the offsets are durable. */
    public void save(Offsets offsets) {
        byte[] text = (JsonFiles.page(OffsetFormat.json(offsets)) + "\n").getBytes(StandardCharsets.UTF_8);
        try {
            WholeFile.replace(path, file -> file.write(text));
        } catch (IOException e) {
            RegularFile.check(path);
            throw LogDirectory.failed("save", path, e);
        }
    }

    private static OffsetsRefusedException torn(Path path, String why, Exception e) {
        return new OffsetsRefusedException(
                "offset file \"%s\" is torn: %s: restore it from a copy, or start over with startOver(true) (all is read again; rows stay, but those of no document in a table that a stage owns)"
                        .formatted(path, why),
                e);
    }

    private static Offsets parse(Path path, String text) {
        JsonElement json = JsonFiles.parse(text);
        if (!json.isJsonObject()) {
            throw new JsonParseException("it holds no JSON object");
        }
        JsonObject file = json.getAsJsonObject();
        FormatRule.check(path, file);
        return OffsetFormat.offsets(file);
    }
}
