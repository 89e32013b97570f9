// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.cli.text.Printable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong with the command line and what it names, so that all is told at once. */
public final class Faults {
    private final List<String> messages = new ArrayList<>();

    /** Adds one, told in a line. */
    public void add(String message) {
        messages.add(message);
    }

    /** Adds one if what is given as a name holds a control character: each message that names it would show something else. */
    void addUnlessPrintable(String place, @Nullable String name) {
        if (name != null && !Printable.text(name).equals(name)) {
            add("%s is \"%s\", which holds a control character: give a name without one"
                    .formatted(place, Printable.text(name)));
        }
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
