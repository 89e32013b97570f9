// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The CouchDB double in a JVM of its own, so that its CPU time and heap are not those of what is measured. */
final class DoubleSource implements Source {
    private final Process process;
    private final URI url;

    private DoubleSource(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    static DoubleSource load(Documents documents, Options options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + options.doubleHeap()));
        Options.properties().forEach((name, value) -> command.add("-D%s=%s".formatted(name, value)));
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                DoubleProgram.class.getName(),
                documents.database(),
                String.valueOf(documents.count())));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String url = output.readLine();
        if (url == null) {
            throw new IOException(
                    "the CouchDB double ended with status %d before it held %d documents: see its output above; give it more heap by -Dbenchmark.doubleHeap"
                            .formatted(process.waitFor(), documents.count()));
        }
        return new DoubleSource(process, URI.create(url));
    }

    @Override
    public URI url() {
        return url;
    }

    @Override
    public String description() {
        return "the CouchDB double in a JVM of its own";
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }
}
