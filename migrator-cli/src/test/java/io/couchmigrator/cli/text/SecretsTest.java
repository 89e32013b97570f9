// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://admin:pw12@couch:5984/",
                "http://admin:1234@couch/",
                "http://admin:p/w@couch",
                "http://admin:p@w@couch",
                "http://:pw12@couch",
                "jdbc:postgresql://hq:pw12@db/hq",
                "jdbc:postgresql://db/hq?user=hq&password=pw12",
                "jdbc:postgresql:hq?sslpassword=pw12"
            })
    void findsAndHidesThem(String url) {
        assertThat(Secrets.in(url)).isTrue();
        assertThat(Secrets.masked("cannot reach " + url + " now"))
                .contains("***")
                .endsWith(" now")
                .doesNotContain("pw12", "1234", "p/w", "p@w");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://couch:5984/",
                "https://admin@couch:6984/base/path/",
                "jdbc:postgresql://db:5432/hq?user=me@domain",
                "jdbc:postgresql://[::1]:5432/hq",
                "the password of admin is wrong"
            })
    void leavesTheRestAlone(String text) {
        assertThat(Secrets.in(text)).isFalse();
        assertThat(Secrets.masked(text)).isEqualTo(text);
    }

    @Test
    void hidesSeveralInOneText() {
        assertThat(Secrets.masked("http://a:b@c and jdbc:postgresql://d/e?password=f"))
                .isEqualTo("http://a:***@c and jdbc:postgresql://d/e?password=***");
    }
}
