// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A response of Apache CouchDB 3.5.0 as it was recorded, with the request it answered. */
record Recording(
        String name,
        String method,
        String path,
        String note,
        String statusLine,
        Map<String, String> headers,
        String body) {

    static List<Recording> all() throws IOException, URISyntaxException {
        URL folder = Objects.requireNonNull(Recording.class.getResource("/couchdb-recordings"));
        try (Stream<Path> files = Files.list(Path.of(folder.toURI()))) {
            List<Recording> recordings = new ArrayList<>();
            for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
                recordings.add(parse(file.getFileName().toString(), Files.readString(file)));
            }
            return recordings;
        }
    }

    private static Recording parse(String name, String text) {
        int endOfHead = text.indexOf("\n\n");
        List<String> head = text.substring(0, endOfHead).lines().toList();
        String[] request = head.get(0).split(" ", 4);
        Map<String, String> headers = new TreeMap<>();
        for (String line : head.subList(2, head.size())) {
            int colon = line.indexOf(": ");
            headers.put(line.substring(0, colon), line.substring(colon + 2));
        }
        // Each file ends in a newline of its own after the body.
        String body = text.substring(endOfHead + 2, text.length() - 1);
        return new Recording(
                name,
                request[1],
                request[2].substring(1),
                request.length > 3 ? request[3] : "",
                head.get(1),
                headers,
                body);
    }

    /** What varies from server to server and from run to run, replaced by what kind of thing it is. */
    static String structure(String body) {
        String structure = body.replaceAll("\"\\d+-g1AAAA[^\"]*\"", "\"SEQ\"")
                .replaceAll("(\\d+)-[0-9a-f]{32}", "$1-HASH")
                .replaceAll("\"uuid\":\"[0-9a-f]{32}\"", "\"uuid\":\"UUID\"")
                .replaceAll("\"instance_start_time\":\"\\d+\"", "\"instance_start_time\":\"SECONDS\"")
                .replaceAll("\"digest\":\"md5-[^\"]*\"", "\"digest\":\"MD5\"");
        // Order across shards is not fixed: compare the changes as a set of lines.
        return structure.contains("\"changes\":")
                ? structure
                        .lines()
                        .map(line -> line.replaceAll(",$", ""))
                        .sorted()
                        .collect(Collectors.joining("\n"))
                : structure;
    }

    @Override
    public String toString() {
        return name;
    }
}
