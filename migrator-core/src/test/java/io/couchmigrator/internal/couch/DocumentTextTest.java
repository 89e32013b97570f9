// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.Document;
import io.couchmigrator.internal.couch.CouchRow.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of a document is what came, wherever the answer is cut into pieces on its way. */
final class DocumentTextTest {
    private static final Wanted TEXT = new Wanted(true, Set.of(), true);
    private static final String FIRST =
            "{\"_id\":\"ä\",\"_rev\":\"1-a\" ,\"n\":[1.0,\"\\u00e4ä€\ud83d\ude00\"],\"o\":{}}";
    private static final String SECOND = "{ \"_rev\":\"2-b\",\n\"_id\":\"b\"}";
    private static final String PAGE = """
            {"total_rows":3,"offset":0,"rows":[
            {"id":"ä","key":"ä","value":{"rev":"1-a"},"doc": %s },
            {"doc":%s,"id":"b","key":"b","value":{"rev":"2-b"}},
            {"id":"c","key":"c","value":{"rev":"1-c"},"doc":null}
            ]}
            """.formatted(FIRST, SECOND);

    private final List<CouchRow> rows = new ArrayList<>();

    @ParameterizedTest
    @MethodSource("hostileDocumentsAndSlices")
    void keepsTheTextOfAnyDocument(HostileDocument document, int slice) throws IOException {
        parse(new SlicedStream(page(document.json()), slice), TEXT);

        assertThat(rows).singleElement().satisfies(row -> {
            assertThat(row.id()).isEqualTo(document.id());
            assertThat(text(row).orElseThrow().equals(document.json())).isTrue();
            assertThat(row.bytes()).isEqualTo(document.bytes().length);
            assertThat(row.fields().isEmpty()).isTrue();
        });
    }

    static Stream<Object[]> hostileDocumentsAndSlices() {
        return HostileDocument.all().stream().flatMap(document -> Stream.of(1, 2, 3, 7, 8_192)
                .filter(slice -> slice > 3 || document.json().length() < 1_000_000)
                .map(slice -> new Object[] {document, slice}));
    }

    @Test
    void keepsTextsWhereverTheAnswerIsCutInTwo() throws IOException {
        byte[] page = PAGE.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at <= page.length; at++) {
            rows.clear();

            parse(
                    new SequenceInputStream(
                            new ByteArrayInputStream(page, 0, at),
                            new ByteArrayInputStream(page, at, page.length - at)),
                    TEXT);

            assertThat(rows)
                    .as("cut after %d bytes", at)
                    .extracting(DocumentTextTest::text)
                    .containsExactly(Optional.of(FIRST), Optional.of(SECOND), Optional.empty());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 8_192})
    void keepsFieldsBesideTheText(int slice) throws IOException {
        parse(new SlicedStream(PAGE.getBytes(StandardCharsets.UTF_8), slice), new Wanted(true, Set.of("n"), true));

        assertThat(rows.get(0).fields()).hasToString("{\"n\":[1.0,\"ää€\ud83d\ude00\"]}");
        assertThat(text(rows.get(0))).hasValue(FIRST);
    }

    @Test
    void keepsTheTextOfAChange() throws IOException {
        String page = "{\"results\":[{\"seq\":\"1-x\",\"id\":\"b\",\"changes\":[{\"rev\":\"2-b\"}],\"doc\":" + SECOND
                + "}],\"last_seq\":\"1-x\"}";

        parse(new ByteArrayInputStream(page.getBytes(StandardCharsets.UTF_8)), TEXT);

        assertThat(rows).extracting(DocumentTextTest::text).containsExactly(Optional.of(SECOND));
    }

    @Test
    void keepsNoTextUnlessItIsWanted() throws IOException {
        parse(new ByteArrayInputStream(PAGE.getBytes(StandardCharsets.UTF_8)), Wanted.of(List.of("n")));

        assertThat(rows).extracting(DocumentTextTest::text).containsOnly(Optional.empty());
        assertThatThrownBy(() -> rows.get(0).document().text())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "no text of document \"ä\": its stage does not read texts: call text() on the stage's builder");
    }

    static Optional<String> text(CouchRow row) {
        return row.json().map(Document.Json::toString);
    }

    @Test
    void knowsADeletedDocumentWithABody() throws IOException {
        parse(new ByteArrayInputStream(page("{\"_id\":\"a\",\"_rev\":\"2-a\",\"_deleted\":true,\"n\":1}")), TEXT);

        assertThat(rows).extracting(CouchRow::state).containsExactly(State.DELETED);
    }

    /** Each of these stands for a character in some encoding, and for none in UTF-8; Jackson lets some of them pass. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ff",
                "80",
                "c080",
                "c1bf",
                "e08080",
                "eda080",
                "edb080",
                "f0808080",
                "f4908080",
                "f8888080",
                "e282",
                "c3"
            })
    void takesNoBytesThatAreNotUtf8(String hex) {
        String stray = new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1);
        for (String members : List.of("\"s\":\"\ufffd%s\"", "\"%s\":1", "\"x\":{\"s\":[\"a%sb\"]}")) {
            byte[] page = new String(
                            page("{\"_id\":\"a\",\"_rev\":\"1-a\"," + members + "}"), StandardCharsets.ISO_8859_1)
                    .replace("%s", stray)
                    .getBytes(StandardCharsets.ISO_8859_1);

            assertThatThrownBy(() -> parse(new ByteArrayInputStream(page), TEXT))
                    .as("%s in %s", hex, members)
                    .isInstanceOf(IOException.class);
        }
        assertThat(rows).isEmpty();
    }

    @Test
    void keepsAReplacementCharacterThatWasSent() throws IOException {
        String document = "{\"_id\":\"a\",\"_rev\":\"1-a\",\"s\":\"\ufffd\"}";

        parse(new ByteArrayInputStream(page(document)), TEXT);

        assertThat(rows).extracting(DocumentTextTest::text).containsExactly(Optional.of(document));
    }

    @Test
    void neverTakesACutAnswerForAWholeOne() {
        byte[] page = PAGE.strip().getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < page.length; length++) {
            byte[] cut = Arrays.copyOf(page, length);
            assertThatThrownBy(() -> parse(new ByteArrayInputStream(cut), TEXT))
                    .as("cut after %d bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    /** CouchDB 3.5 stores no such document, and PostgreSQL takes none. */
    @Test
    void takesNoHalfOfASurrogatePairInAName() {
        byte[] page = page("{\"_id\":\"a\",\"_rev\":\"1-a\",\"\\ud83d\":1}");

        assertThatThrownBy(() -> parse(new ByteArrayInputStream(page), TEXT)).isInstanceOf(IOException.class);
    }

    @Test
    void takesNoMarkBeforeTheJson() {
        assertThatThrownBy(
                        () -> parse(new ByteArrayInputStream(("\ufeff" + PAGE).getBytes(StandardCharsets.UTF_8)), TEXT))
                .isInstanceOf(IOException.class);
    }

    @Test
    void tellsHowLargeADocumentGrowsWhileItsTextIsKept() throws IOException {
        List<Long> grown = new ArrayList<>();
        String document = "{\"_id\":\"a\",\"_rev\":\"1-a\",\"s\":\"" + "x".repeat(100_000) + "\"}";

        PageParser.parse(new ByteArrayInputStream(page(document)), TEXT, grown::add, rows::add);

        assertThat(grown).isSorted().last().satisfies(last -> assertThat(last).isBetween(90_000L, 100_100L));
        assertThat(rows.get(0).bytes()).isEqualTo(document.length());
    }

    private void parse(InputStream body, Wanted wanted) throws IOException {
        PageParser.parse(body, wanted, Meter.NONE, rows::add);
    }

    /** Returns a page of one row, whose key may come as anything. */
    private static byte[] page(String document) {
        int from = document.indexOf("\"_id\"");
        String id = document.substring(document.indexOf('"', from + 5) + 1);
        String row = "{\"total_rows\":1,\"offset\":0,\"rows\":[\r\n{\"id\":\"" + id.substring(0, id.indexOf('"'))
                + "\",\"value\":{\"rev\":\"1-a\"},\"doc\":" + document + "}\r\n]}\n";
        return row.getBytes(StandardCharsets.UTF_8);
    }
}
