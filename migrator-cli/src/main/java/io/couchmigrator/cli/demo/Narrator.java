// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.demo;

import java.util.Locale;
import java.util.function.Consumer;

/** Tells the story of a demo, and keeps it apart from what a program prints in it. Safe for use by multiple threads. */
final class Narrator {
    private final Consumer<String> console;
    private boolean silent;

    Narrator(Consumer<String> console) {
        this.console = console;
    }

    /** Begins a part of the story. */
    void part(int number, String title) {
        say("", number + ". " + title);
    }

    /** Tells something, a line each. */
    synchronized void say(String... lines) {
        if (!silent) {
            for (String line : lines) {
                console.accept(line);
            }
        }
    }

    /** Passes on a line that a program printed. */
    void quote(String line) {
        say("   | " + line);
    }

    /** Returns a number as it is written here. */
    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Says nothing from now on but a last word. */
    synchronized void silence() {
        silent = true;
    }

    synchronized boolean isSilent() {
        return silent;
    }

    /** Tells a line even after {@link #silence}. */
    synchronized void lastWord(String line) {
        console.accept(line);
    }
}
