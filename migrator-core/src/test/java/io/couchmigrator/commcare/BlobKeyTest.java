// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.couchmigrator.RejectException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BlobKeyTest {
    private static final String HASHED = Documents.HASHED_ID;

    @ParameterizedTest
    @ValueSource(strings = {"abc", "A-Z_09", "a/b.{c}_D-596322445", "sha1-", "sha1-0123", "Sha1-0", "."})
    void keepsIdsOfSafeCharacters(String id) {
        assertThat(BlobKey.of("main", id, "form.xml")).isEqualTo("main/" + id + "/form.xml");
    }

    @ParameterizedTest
    @CsvSource({
        "'with space', sha1-1ccda7ff1038be23ee6a44e0b41b4017be7c9d65",
        "'naïve ☃', sha1-ce1b092d2983c46bbbb912c4f5350c6c20150292",
        "'😀', sha1-9c533688a979a858cbd6a43c9f91aba624651f18",
        "'percent%2F', sha1-b1f563cc51ae61f8ae2a04a5fef7f3165f26a5ba",
        "'two lines\n', sha1-4924e3b0bfcae78c8db6dcc56a628dbafff260bd",
        "'line\nline', sha1-3ad7ee82dbd8f29ecba073f96e43e414b3f70a4d",
        "'line\n\n', sha1-72d3ca21d17de04332767b57702c47211b8e901c",
        "'line\r\n', sha1-0eb7259caee2ebe5d6221ddc2a4b04efcdf72e33",
        "'\n', sha1-adc83b19e793491b1c6ea0fd8b46cd9f32e592fc",
    })
    void hashesOtherIds(String id, String safeId) {
        assertThat(BlobKey.of("main", id, "x")).isEqualTo("main/" + safeId + "/x");
    }

    @Test
    void keepsSafeIdsWithANewlineAtTheEnd() {
        assertThat(BlobKey.of("main", "line\n", "x")).isEqualTo("main/line\n/x");
    }

    @ParameterizedTest
    @CsvSource({
        "a/, x, main/a/x",
        "a//, x, main/a//x",
        "/, x, /x",
        "/a, x, /a/x",
        "//a/, x, //a/x",
        "a/b, x/y, main/a/b/x/y",
        "a, /x, /x",
        "/a, //x, //x",
        "a, /, /",
        "a, '', main/a/",
        "a/, '', main/a/",
        "a, x/, main/a/x/",
        "a/../.., ../x, main/a/../../../x",
        "' /a', x, main/sha1-7c951785daf5d8a7c71c6b4ff6a272141f216b52/x",
    })
    void joinsAsPathsAreJoined(String id, String blobId, String key) {
        assertThat(BlobKey.of("main", id, blobId)).isEqualTo(key);
    }

    @Test
    void refusesAnIdThatLooksHashedEvenIfTheBlobsOwnIdDiscardsIt() {
        assertThatExceptionOfType(RejectException.class).isThrownBy(() -> BlobKey.of("main", HASHED, "/x"));
    }

    @Test
    void takesEverythingOfTheBlobsOwnId() {
        assertThat(BlobKey.of("main", "abc", "a b/ü")).isEqualTo("main/abc/a b/ü");
    }

    @Test
    void refusesAnIdThatLooksHashed() {
        assertThatExceptionOfType(RejectException.class)
                .isThrownBy(() -> BlobKey.of("main", HASHED, "x"))
                .satisfies(e -> assertThat(e.code()).isEqualTo("illegal-doc-id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                HASHED + "0",
                "x" + HASHED,
                "sha1-0123456789ABCDEF0123456789abcdef01234567",
                HASHED + "\n",
            })
    void takesIdsThatLookAlmostHashed(String id) {
        assertThat(BlobKey.of("main", id, "x")).startsWith("main/").endsWith("/x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\u0000b", "\ud83d", "\ude00\ud83d"})
    void hashesIdsThatNoTargetCouldHold(String id) {
        assertThat(BlobKey.of("main", id, "x")).matches("main/sha1-[0-9a-f]{40}/x");
    }
}
