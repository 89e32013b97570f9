// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServerUrlTest {
    @ParameterizedTest
    @CsvSource({
        "http://localhost:5984, http://localhost:5984/",
        "http://localhost:5984/, http://localhost:5984/",
        "' https://couch.example.org ', https://couch.example.org/",
        "HTTPS://couch.example.org/a%20b/c, HTTPS://couch.example.org/a%20b/c/",
        "http://[::1]:5984, http://[::1]:5984/",
        "http://couch_1:5984/base, http://couch_1:5984/base/",
        "http://admin:secret@couch_1:5984, http://couch_1:5984/",
        "http://u@127.0.0.1, http://127.0.0.1/"
    })
    void keepsTheAddressWithoutCredentials(String text, String address) {
        CouchServer server = CouchServer.builder(text).build();

        assertThat(server.url()).hasToString(address);
        assertThat(server).hasToString(address);
    }

    @ParameterizedTest
    @CsvSource({
        "http://admin:secret@host, admin, secret",
        "http://admin:se%40c%3Aret%2F@host, admin, se@c:ret/",
        "http://admin:a+b@host, admin, a+b",
        "http://admin:a:b@host, admin, a:b",
        "http://admin@host, admin, ''",
        "http://%C3%BC:%E2%82%AC@host, ü, €",
        "http://admin:secret@couch_1:5984, admin, secret"
    })
    void takesCredentialsOutOfTheUrl(String text, String user, String password) {
        CouchServer server = CouchServer.builder(text).build();

        assertThat(server.user()).hasValue(user);
        assertThat(server.password()).hasValue(password);
    }

    @Test
    void hasNoCredentialsUnlessTold() {
        assertThat(CouchServer.builder("http://host").build().user()).isEmpty();
        assertThat(CouchServer.builder("http://a:b@host")
                        .credentials("c", "d")
                        .build()
                        .password())
                .hasValue("d");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    ''                               | its scheme is neither http nor https
                    localhost:5984                   | its scheme is neither http nor https
                    ftp://secret@host                | its scheme is neither http nor https
                    http:secret                      | it names no host
                    http://                          | it is no URL
                    http:///secret                   | it names no host
                    http://user:secret@              | it names no host
                    http://user:secret@:5984         | it names no host
                    http://user:secret@host/?x=1     | it has a query or fragment
                    http://user:secret@host/#x       | it has a query or fragment
                    http://user:se#cret@host         | it names no host
                    http://user:se cret@host         | it is no URL
                    http://user:secret@host:port     | it names no host
                    http://user:secret@host:99999    | its port is above 65535
                    http://user:secret@ho_st:99999   | its port is above 65535
                    http://user:%zzsecret@host       | it is no URL
                    """)
    void refusesWhatIsNoServersAddressWithoutQuotingIt(String text, String why) {
        assertThatThrownBy(() -> CouchServer.builder(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("unexpected CouchDB URL: %s: expected something like https://couch.example.org:6984/", why)
                .hasNoCause();
    }
}
