// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * Where and of what the figures are.
 *
 * @param at when they were taken
 * @param code the commit, as git describes it
 * @param processor its model
 * @param cores how many there are
 * @param memoryMegabytes of the machine
 * @param load how many programs wanted to run when the benchmark began; NaN where the system does not tell
 * @param java the Java of all JVMs
 * @param system the operating system
 */
record Machine(
        String at,
        String code,
        String processor,
        int cores,
        long memoryMegabytes,
        double load,
        String java,
        String system) {
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    static Machine here() throws IOException, InterruptedException {
        OperatingSystemMXBean machine = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Machine(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                described(),
                model(),
                machine.getAvailableProcessors(),
                machine.getTotalMemorySize() >> 20,
                machine.getSystemLoadAverage(),
                System.getProperty("java.vm.name") + " " + Runtime.version(),
                "%s %s %s".formatted(machine.getName(), machine.getVersion(), machine.getArch()));
    }

    private static String described() throws IOException, InterruptedException {
        Process git;
        try {
            git = new ProcessBuilder("git", "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            return "unknown: there is no git";
        }
        String described = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return git.waitFor() == 0 ? described : "unknown: not in a git repository";
    }

    private static String model() throws IOException {
        if (!Files.isReadable(PROCESSORS)) {
            return System.getProperty("os.arch");
        }
        return Files.readAllLines(PROCESSORS).stream()
                .filter(line -> line.startsWith("model name"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .orElse(System.getProperty("os.arch"));
    }
}
