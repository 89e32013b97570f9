// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.cli.console.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The program. It alone ends the process and knows signals. */
public final class Main {
    private Main() {}

    /** Carries out a command line and exits with its status. */
    public static void main(String[] arguments) {
        StopSignals signals = new StopSignals(System::nanoTime);
        int status;
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        OutputStream err = areOneStream() ? out : new FileOutputStream(FileDescriptor.err);
        try (Console console = new Console(out, err, terminal())) {
            String program = System.getProperty("migrator.command", "migrator");
            Cli cli = new Cli(console, System.getenv(), signals::handle, StopSignals::whenAsked, program);
            status = cli.run(List.of(arguments));
        }
        System.exit(signals.exitStatus(status));
    }

    /** Lines keep their order where both lead to one file, pipe or terminal; on a terminal they must where that cannot be told. */
    private static boolean areOneStream() {
        try {
            Object out = key(Path.of("/dev/fd/1"));
            return out != null && out.equals(key(Path.of("/dev/fd/2")));
        } catch (IOException e) {
            return !terminal().isEmpty();
        }
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Java cannot tell whether standard output alone is a terminal; the launcher can. */
    private static String terminal() {
        return Boolean.getBoolean("migrator.terminal") ? System.getenv().getOrDefault("TERM", "") : "";
    }
}
