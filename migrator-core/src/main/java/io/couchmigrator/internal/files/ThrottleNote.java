// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What an operator says in the throttle file: a number of documents a second, or the word {@code pause}.
 *
 * @param text what is in the file, empty if there is none; or why that is not known
 * @param isRead whether it is known
 */
public record ThrottleNote(String text, boolean isRead) {
    /** That there is no file, or nothing in it. */
    public static final ThrottleNote NONE = new ThrottleNote("", true);

    private static final int MOST_BYTES = 40;
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    /** Returns what is there. A pipe is not opened, which would wait for who writes into it. */
    public static ThrottleNote read(Path path) {
        Optional<String> fault = RegularFile.fault(path);
        if (fault.isPresent()) {
            return new ThrottleNote("it %s: put a file in its place".formatted(fault.get()), false);
        }
        try (InputStream file = Files.newInputStream(path)) {
            return new ThrottleNote(new String(file.readNBytes(MOST_BYTES), StandardCharsets.UTF_8).strip(), true);
        } catch (NoSuchFileException e) {
            return NONE;
        } catch (AccessDeniedException e) {
            return new ThrottleNote(FileOwner.ofUnreadable(path), false);
        } catch (IOException e) {
            return new ThrottleNote("it cannot be read: %s: see to that, or delete it".formatted(e), false);
        }
    }

    /** Returns whether it says that a run is to pause. */
    public boolean pauses() {
        return isRead && text.equals("pause");
    }

    /** Returns how many documents a second a run is to read; empty if it does not say. */
    public OptionalInt documentsPerSecond() {
        return isRead && NUMBER.matcher(text).matches() ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    /** Returns why a run does not heed it, to be said of the file; empty if it does, or there is nothing to heed. */
    public Optional<String> fault() {
        if (!isRead) {
            return Optional.of("is not heeded: " + text);
        }
        return text.isEmpty() || pauses() || documentsPerSecond().isPresent()
                ? Optional.empty()
                : Optional.of("is not understood, seen \"%s\", expected a number of documents a second, or pause"
                        .formatted(text));
    }
}
