// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with the command line and what it names, so that all is told at once. */
public final class Faults {
    private final List<String> messages = new ArrayList<>();

    /** Adds one, told in a line. */
    public void add(String message) {
        messages.add(message);
    }

    /** Adds those of a part, each with what stands before it; what is told already of the whole is not told again. */
    void addOf(String place, Faults part) {
        part.messages.stream()
                .filter(message -> !messages.contains(message))
                .forEach(message -> messages.add(place + message));
    }

    /** Returns whether there is one. */
    public boolean any() {
        return !messages.isEmpty();
    }

    /** Returns them in the order in which they were found. */
    public List<String> messages() {
        return List.copyOf(messages);
    }
}
