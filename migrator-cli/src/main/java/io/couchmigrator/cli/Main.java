// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.cli.console.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.util.List;

/** The program. It alone ends the process and knows signals. */
public final class Main {
    private Main() {}

    /** Carries out a command line and exits with its status. */
    public static void main(String[] arguments) {
        StopSignals signals = new StopSignals();
        int status;
        try (Console console = new Console(
                new FileOutputStream(FileDescriptor.out), new FileOutputStream(FileDescriptor.err), terminal())) {
            String program = System.getProperty("migrator.command", "migrator");
            Cli cli = new Cli(console, System.getenv(), signals::handle, StopSignals::whenAsked, program);
            status = cli.run(List.of(arguments));
        }
        System.exit(signals.exitStatus(status));
    }

    /** Java cannot tell whether standard output alone is a terminal; the launcher can. */
    private static String terminal() {
        return Boolean.getBoolean("migrator.terminal") ? System.getenv().getOrDefault("TERM", "") : "";
    }
}
