// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.gson.JsonPrimitive;
import io.couchmigrator.CouchServer;
import io.couchmigrator.SourceException;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.testkit.couch.CouchDouble;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever body comes with a 200, over a real socket, it is taken, or refused as an answer that is broken: nothing else. */
final class AnswersPropertiesTest {
    private static final String SEED = "20261124";
    private static final int TRIES = 10_500;

    private static final List<String> RIGHT = List.of(
            "{\"couchdb\":\"Welcome\",\"version\":\"3.5.0\",\"uuid\":\"0123456789abcdef\"}",
            "{\"instance_start_time\":\"1540414719\",\"db_name\":\"orders\",\"update_seq\":\"12-g1AAAA\",\"doc_del_count\":1,\"doc_count\":2,\"cluster\":{\"q\":2,\"n\":1}}",
            "{\"total_rows\":2,\"offset\":0,\"rows\":[\n{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\",\"kept\":[1,{\"x\":\"\\ud83d\\ude00\"}]}},\n{\"id\":\"b\",\"key\":\"b\",\"value\":{\"rev\":\"2-b\"},\"doc\":null}\n]}",
            "{\"results\":[\n{\"seq\":\"11-g1AAAA\",\"id\":\"a\",\"changes\":[{\"rev\":\"1-a\"}],\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\",\"kept\":0.5}},\n{\"seq\":null,\"id\":\"b\",\"changes\":[{\"rev\":\"2-b\"}],\"deleted\":true}\n],\"last_seq\":\"12-g1AAAA\",\"pending\":0}");

    private static CouchDouble couch;
    private static CouchClient client;

    @BeforeContainer
    static void start() {
        couch = CouchDouble.start();
        client = new CouchClient(CouchServer.builder(couch.url())
                .readTimeout(Duration.ofSeconds(20))
                .build());
    }

    @AfterContainer
    static void close() {
        client.close();
        couch.close();
    }

    /** What is asked for. */
    enum Question {
        WELCOME {
            @Override
            void ask() throws PassingException {
                client.uuid();
            }
        },
        DATABASE {
            @Override
            void ask() throws PassingException {
                client.database("orders");
            }
        },
        PAGE {
            @Override
            void ask() throws PassingException {
                client.page(
                        new KeyPage("orders", Wanted.of(List.of("kept")), "a", null, 10, false),
                        Meter.NONE,
                        AnswersPropertiesTest::take);
            }
        },
        LAST_ID {
            @Override
            void ask() throws PassingException {
                client.lastId("orders", "b");
            }
        },
        CHANGES {
            @Override
            void ask() throws PassingException {
                client.changes(
                        "orders",
                        new JsonPrimitive("1-a"),
                        10,
                        Wanted.of(List.of("kept")),
                        Meter.NONE,
                        AnswersPropertiesTest::take);
            }
        },
        BY_ID {
            @Override
            void ask() throws PassingException {
                client.documents(
                        "orders",
                        List.of("a", "b"),
                        Wanted.of(List.of("kept")),
                        Meter.NONE,
                        AnswersPropertiesTest::take);
            }
        },
        WITNESSES {
            @Override
            void ask() throws PassingException {
                client.documents("orders", List.of("a", "b"), Wanted.IDS, Meter.NONE, AnswersPropertiesTest::take);
            }
        };

        abstract void ask() throws PassingException;
    }

    @Property(seed = SEED, tries = TRIES, edgeCases = EdgeCasesMode.NONE)
    void takesOrRefusesAnyBody(@ForAll Question question, @ForAll("bodies") String body) {
        couch.script(Fault.status(200).body(body).on(Requests.any()));

        Throwable refusal = catchThrowable(question::ask);

        couch.heal();
        couch.forgetRequests();
        if (refusal != null) {
            assertThat(refusal).isInstanceOfAny(PassingException.class, SourceException.class);
            assertThat(refusal).hasMessageContaining(couch.url());
        }
    }

    @Provide
    Arbitrary<String> bodies() {
        Arbitrary<String> right = Arbitraries.of(RIGHT);
        Arbitrary<String> random = Arbitraries.strings().ofMaxLength(200);
        Arbitrary<String> fragments =
                Arbitraries.of(JsonPieces.ALL).list().ofMaxSize(30).map(parts -> String.join("", parts));
        Arbitrary<String> mutated = Combinators.combine(
                        right,
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.integers().between(0, 40),
                        Arbitraries.oneOf(fragments, random, right))
                .as(AnswersPropertiesTest::replaced);
        return Arbitraries.frequencyOf(
                Tuple.of(6, mutated), Tuple.of(2, fragments), Tuple.of(1, random), Tuple.of(1, right));
    }

    private static String replaced(String text, int at, int length, String by) {
        int from = Math.min(at, text.length());
        return text.substring(0, from) + by + text.substring(Math.min(from + length, text.length()));
    }

    private static void take(CouchRow row) {
        assertThat(row.id()).isNotNull();
    }
}
