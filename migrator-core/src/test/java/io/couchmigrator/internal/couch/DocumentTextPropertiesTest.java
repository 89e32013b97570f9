// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Whatever documents there are on a page, and however it is cut into pieces on its way, their texts are what came. */
final class DocumentTextPropertiesTest {
    private static final String SEED = "20261127";

    @Property(seed = SEED, tries = 500, edgeCases = EdgeCasesMode.NONE)
    void keepsTheTextsOfAllDocuments(
            @ForAll("pages") List<Optional<String>> documents, @ForAll @IntRange(min = 1, max = 12_000) int slice)
            throws IOException {
        byte[] page = page(documents);

        List<CouchRow> rows = rows(page, slice, new Wanted(true, Set.of("kept"), true));

        assertThat(rows).extracting(DocumentTextTest::text).containsExactlyElementsOf(documents);
        assertThat(rows)
                .extracting(CouchRow::fields)
                .containsExactlyElementsOf(rows(page, page.length, Wanted.of(List.of("kept"))).stream()
                        .map(CouchRow::fields)
                        .toList());
    }

    private static List<CouchRow> rows(byte[] page, int slice, Wanted wanted) throws IOException {
        List<CouchRow> rows = new ArrayList<>();
        PageParser.parse(new SlicedStream(page, slice), wanted, Meter.NONE, rows::add);
        return rows;
    }

    private static byte[] page(List<Optional<String>> documents) {
        StringBuilder page = new StringBuilder("{\"total_rows\":9,\"offset\":0,\"rows\":[\r\n");
        String separator = "";
        for (Optional<String> document : documents) {
            page.append(separator)
                    .append("{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"},\"doc\": ")
                    .append(document.orElse("null"))
                    .append(" }");
            separator = ",\r\n";
        }
        return page.append("\r\n]}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    @Provide
    Arbitrary<List<Optional<String>>> pages() {
        Arbitrary<String> blank = Arbitraries.of("", "", "", " ", "\n", "\r\n\t");
        Arbitrary<String> name = Arbitraries.oneOf(string(0xd7ff), Arbitraries.of("\"kept\"", "\"\"", "\"_id2\""));
        Arbitrary<String> member = Combinators.combine(blank, name, blank, value(2))
                .as((before, key, between, value) -> before + key + between + ":" + between + value + before);
        Arbitrary<String> document = Combinators.combine(member.list().ofMaxSize(6), blank)
                .as((members, end) -> {
                    List<String> all = new ArrayList<>(members);
                    all.add(members.size() / 2, end + "\"_id\":\"a\"");
                    all.add(0, "\"_rev\":" + end + "\"1-a\"");
                    return "{" + String.join(",", all) + end + "}";
                });
        return document.optional(0.9).list().ofMinSize(1).ofMaxSize(5);
    }

    private static Arbitrary<String> value(int depth) {
        Arbitrary<String> scalar = Arbitraries.oneOf(
                string(0xffff),
                Arbitraries.of("null", "true", "false", "0", "-0", "-0.0", "1e400", "1E+2", "1.10", "7".repeat(400)),
                Arbitraries.bigDecimals().map(Object::toString));
        if (depth == 0) {
            return scalar;
        }
        Arbitrary<List<String>> inner = value(depth - 1).list().ofMaxSize(4);
        return Arbitraries.oneOf(
                scalar,
                inner.map(values -> "[" + String.join(" ,", values) + "]"),
                inner.map(values -> "{\"\":[" + String.join(",\n", values) + "],\"a\":1, \"a\":2}"));
    }

    /** Any characters as they are, and escapes of any up to the last: of U+0000, and of halves of surrogate pairs if they come before it. */
    private static Arbitrary<String> string(int lastEscaped) {
        Arbitrary<String> plain = Arbitraries.integers()
                .between(' ', Character.MAX_CODE_POINT)
                .filter(c -> c != '"' && c != '\\' && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE))
                .map(Character::toString);
        Arbitrary<String> escaped =
                Arbitraries.integers().between(0, lastEscaped).map("\\u%04x"::formatted);
        Arbitrary<String> pieces =
                Arbitraries.of("a", "}", "{", ",", "\\\"", "\\\\", "\\\\u0000", "\\/", "\\n", "ä", "€");
        return Arbitraries.oneOf(plain, escaped, pieces, pieces)
                .list()
                .ofMaxSize(12)
                .map(parts -> "\"" + String.join("", parts) + "\"");
    }
}
