// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.cli.text.Printable;
import java.time.InstantSource;
import java.util.function.Consumer;

/**
 * Tells events to a program, whose names and members docs/reference/events.md promises.
 *
 * @param lines takes each as a JSON object
 */
record Events(Consumer<String> lines, InstantSource clock) {
    /** Tells one of this name, with these members. */
    void tell(String name, Consumer<JsonEvent> members) {
        JsonEvent event = new JsonEvent(name, clock.instant());
        members.accept(event);
        lines.accept(Printable.json(event.json().toString()));
    }
}
