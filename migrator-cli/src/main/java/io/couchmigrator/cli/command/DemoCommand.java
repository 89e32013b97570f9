// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.demo.Demo;
import java.nio.file.Path;
import java.util.List;

/** {@code migrator demo}: the only command that needs the testkit, which an operator's archive leaves out. */
public final class DemoCommand {
    private static final String TESTKIT = "/io/couchmigrator/testkit/package-info.class";

    private final Console console;

    public DemoCommand(Console console) {
        this.console = console;
    }

    /** Runs the demo of {@code migrate_metadata} and returns the exit status. */
    public int run(boolean keep) throws UsageException {
        return demo().run(keep);
    }

    /** Runs the demo of {@code documents} and returns the exit status. */
    public int ofDocuments(boolean keep) throws UsageException {
        return demo().ofDocuments(keep);
    }

    private Demo demo() throws UsageException {
        if (DemoCommand.class.getResource(TESTKIT) == null) {
            throw new UsageException(
                    List.of("demo cannot run from this installation: the archive for servers leaves out the embedded"
                            + " servers that it needs"),
                    List.of("Run it where the program was built: mvn -q -DskipTests package &&"
                            + " migrator-cli/target/migrator/bin/migrator demo"));
        }
        return new Demo(this::tell, launcher());
    }

    /** Its last word is told while the process ends, which waits for no other thread. */
    private void tell(String line) {
        console.line(line);
        console.flush();
    }

    private static Path launcher() throws UsageException {
        String home = System.getProperty("migrator.home");
        if (home == null) {
            throw new UsageException(
                    List.of(
                            "demo runs the program as a process, and does not know where it is: start demo with bin/migrator"),
                    List.of());
        }
        return Path.of(home, "bin", "migrator");
    }
}
