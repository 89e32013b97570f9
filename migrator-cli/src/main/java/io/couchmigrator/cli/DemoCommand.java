// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.cli.demo.Demo;
import java.util.List;

/** {@code migrator demo}: the only command that needs the testkit, which an operator's archive leaves out. */
final class DemoCommand {
    private static final String TESTKIT = "/io/couchmigrator/testkit/package-info.class";

    private final Console console;

    DemoCommand(Console console) {
        this.console = console;
    }

    /** Runs the demo and returns the exit status. */
    int run(boolean keep) throws UsageException {
        if (DemoCommand.class.getResource(TESTKIT) == null) {
            throw new UsageException(
                    List.of("demo needs the directory demo/ beside lib/, with embedded servers that the archive for"
                            + " operators leaves out, and has to be the first argument"),
                    List.of("Build it from the sources: mvn -q -DskipTests package"));
        }
        return new Demo(console::line).run(keep);
    }
}
