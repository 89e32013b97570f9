// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.couchmigrator.internal.couch.CouchRow.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PageParserTest {
    private static final String PAGE = """
            {"total_rows":3,"offset":1,"rows":[
            {"id":"ä","key":"ä","value":{"rev":"1-a"},"doc":{"_id":"ä","_rev":"1-a","n":1.0,"other":[{}]}},
            {"id":"b","key":"b","value":{"rev":"2-b"},"doc":null}
            ]}
            """;

    private final List<CouchRow> rows = new ArrayList<>();

    @Test
    void keepsTheNamedFieldsAndWhatThePageSays() throws IOException {
        PageEnd end = parse(PAGE);

        assertThat(end)
                .isEqualTo(new PageEnd(
                        2,
                        OptionalLong.of(1),
                        OptionalLong.of(3),
                        null,
                        OptionalLong.empty(),
                        PAGE.getBytes(StandardCharsets.UTF_8).length));
        assertThat(rows)
                .extracting(CouchRow::id, CouchRow::rev, CouchRow::state)
                .containsExactly(tuple("ä", "1-a", State.DOCUMENT), tuple("b", "2-b", State.UNREADABLE));
        assertThat(rows.get(0).fields()).hasToString("{\"n\":1.0}");
    }

    /** A row each, and what must be made of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{'id':'a','key':'a','value':{'rev':'1-a'},'doc':{'_id':'a','_rev':'1-a'}}; DOCUMENT",
                "{'doc':{'_rev':'1-a','_id':'a'},'value':{'rev':'1-a'},'key':'a','id':'a'}; DOCUMENT",
                "{'id':'a','x':[{'id':1}],'value':{'y':{},'rev':'1-a'},'doc':{'z':null,'_id':'a','_rev':'1-a'}}; DOCUMENT",
                "{'id':'a','value':null,'doc':{'_id':'a','_rev':'1-a'}}; DOCUMENT",
                "{'id':'a','value':{'rev':'1-a'},'doc':null}; UNREADABLE",
                "{'id':'a','key':'a','value':{'rev':'1-a','deleted':true},'doc':null}; DELETED",
                "{'key':'a','error':'not_found'}; MISSING",
                "{'id':'a','key':'a','value':null,'error':'unreadable','rev':'1-a'}; UNREADABLE",
                "{'id':'a','key':'a','value':{'rev':'1-a'}}; NOT_ASKED",
                "{'seq':'1-x','id':'a','changes':[{'rev':'1-a'}]}; NOT_ASKED",
                "{'seq':null,'id':'a','changes':[{'rev':'1-a'},{'rev':'1-0'}],'doc':{'_id':'a','_rev':'1-a'}}; DOCUMENT",
                "{'seq':5,'id':'a','changes':[{'rev':'1-a'}],'deleted':true,'doc':{'_id':'a','_rev':'1-a','_deleted':true}}; DELETED",
                "{'id':'a','changes':[{'rev':'1-a'}],'doc':{'_id':'a','_rev':'1-a','_deleted':true}}; DELETED"
            })
    void tellsWhatIsKnownOfADocumentWhateverTheOrderOfTheKeys(String row, State state) throws IOException {
        parse("{'last_seq':'9','rows':[" + row + "]}");

        assertThat(rows).singleElement().satisfies(only -> {
            assertThat(only.id()).isEqualTo("a");
            assertThat(only.state()).isEqualTo(state);
            assertThat(only.rev()).isIn("1-a", "");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{'error':'unknown_error','reason':'badarg'}",
                "{'rows':{}}",
                "{'rows':null}",
                "{'rows':[null]}",
                "{'rows':[{}]}",
                "{'rows':[{'id':7,'doc':[]}]}",
                "{'rows':[{'id':'a','doc':'text'}]}",
                "{'rows':[{'id':'a','doc':{'_id':'b','_rev':'1-a'}}]}",
                "{'rows':[{'id':'a','doc':{'_id':'a','_rev':'1-a','_deleted':'yes'}}]}",
                "{'rows':[{'id':'a','doc':{'_id':'a'}}]}",
                "{'rows':[{'id':'a','doc':{'_rev':'1-a'}}]}",
                "{'rows':[{'id':null}]}",
                "{'rows':[]}{",
                "{'rows':[]} x",
                "{'rows':[]}{'rows':[]}",
                "{'rows':[],'total_rows':x}",
                "{'rows':[],}",
                "{'rows':[{'id':'a'},]}",
                "{rows:[]}",
                "{'rows':[]"
            })
    void takesNoOtherJsonForAPage(String page) {
        assertThatThrownBy(() -> parse(page))
                .isInstanceOfAny(
                        IOException.class,
                        JsonParseException.class,
                        IllegalStateException.class,
                        NumberFormatException.class);
    }

    @Test
    void neverTakesACutPageForAWholeOne() {
        byte[] page = PAGE.strip().getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < page.length; length++) {
            byte[] cut = Arrays.copyOf(page, length);
            assertThatThrownBy(() -> parse(cut))
                    .as("cut after %d bytes", length)
                    .isInstanceOfAny(IOException.class, JsonParseException.class);
        }
    }

    @Test
    void neverTakesAByteThatIsNotUtf8ForACharacter() throws IOException {
        byte[] page = PAGE.strip().getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < page.length; at++) {
            byte[] broken = page.clone();
            broken[at] = (byte) 0xff;
            assertThatThrownBy(() -> parse(broken))
                    .as("byte %d", at)
                    .isInstanceOfAny(IOException.class, JsonParseException.class);
        }
    }

    @Test
    void keepsStringsThatPostgresqlCannotStore() throws IOException {
        parse("{'rows':[{'id':'\\ud83d','doc':{'_id':'\\ud83d','_rev':'1-a','n':'\\u0000\\udc00'}}]}");

        assertThat(rows.get(0).id()).isEqualTo("\ud83d");
        assertThat(rows.get(0).fields().get("n").getAsString()).isEqualTo("\u0000\udc00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"n", "skipped"})
    void readsWhatIsNestedTwentyThousandDeep(String field) throws IOException {
        String deep = "[".repeat(20_000) + "]".repeat(20_000);

        parse(
                "{'rows':[{'id':'a','doc':{'_id':'a','_rev':'1-a','" + field + "':" + deep + ",'after':1}}]}",
                "n",
                "after");

        JsonObject fields = rows.get(0).fields();
        assertThat(fields.get("after").getAsInt()).isEqualTo(1);
        int depth = 0;
        for (JsonElement next = fields.get("n");
                next != null;
                next = next.getAsJsonArray().isEmpty()
                        ? null
                        : next.getAsJsonArray().get(0)) {
            depth++;
        }
        assertThat(depth).isEqualTo(field.equals("n") ? 20_000 : 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"'12-xyz'", "12", "[12,'g1']", "{'a':1}"})
    void keepsTheSequenceAsItCame(String token) throws IOException {
        PageEnd end = parse("{'results':[],'last_seq':" + token + ",'pending':7}");

        assertThat(end.lastSequence()).isEqualTo(JsonParser.parseString(token));
        assertThat(end.pending()).hasValue(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-0", "-7", "1.0", "1E400", "1e-5", "123456789012345678", "1234567890123456789", "-0.000"})
    void keepsANumberAsItIsWritten(String number) throws IOException {
        for (String written : List.of(number, number + "0".repeat(number.contains(".") ? 5_000 : 0))) {
            rows.clear();
            parse("{'rows':[{'id':'a','doc':{'_id':'a','_rev':'1-a','n':" + written + "}}]}");

            JsonElement kept = rows.get(0).fields().get("n");
            assertThat(kept.getAsJsonPrimitive().isNumber()).isTrue();
            assertThat(kept).hasToString(written);
            assertThat(kept.getAsDouble()).isEqualTo(Double.parseDouble(written));
            assertThat(kept.getAsLong()).isEqualTo(new BigDecimal(written).longValue());
        }
    }

    @Test
    void takesACountBelowZeroForNone() throws IOException {
        PageEnd end = parse("{'rows':[],'total_rows':-1,'offset':-30,'pending':-2}");

        assertThat(end.total()).isEmpty();
        assertThat(end.offset()).isEmpty();
        assertThat(end.pending()).isEmpty();
    }

    @Test
    void takesOffsetAndTotalOnlyWhereTheyAreNumbers() throws IOException {
        PageEnd end = parse("{'rows':[],'total_rows':null,'offset':null,'update_seq':[]}");

        assertThat(end.total()).isEmpty();
        assertThat(end.offset()).isEmpty();
    }

    @Test
    void passesOnWhatTheConsumerThrowsAsThat() {
        IllegalStateException bug = new IllegalStateException("a bug");

        assertThatThrownBy(() -> PageParser.parse(bytes(PAGE), Wanted.SIZES, Meter.NONE, row -> {
                    throw bug;
                }))
                .isInstanceOf(ConsumerException.class)
                .hasCause(bug);
    }

    @Test
    void metersOnlyTheFieldsThatAreKept() throws IOException {
        List<Long> grown = new ArrayList<>();
        String large = "x".repeat(100_000);
        String page = "{'rows':[{'id':'a','doc':{'_id':'a','_rev':'1-a','skipped':'" + large + "'}},"
                + "{'id':'b','doc':{'_id':'b','_rev':'1-a','n':'" + large + "'}}]}";

        PageParser.parse(bytes(page), Wanted.of(List.of("n")), grown::add, rows::add);

        assertThat(rows.get(0).bytes()).isLessThan(20_000);
        assertThat(rows.get(1).bytes()).isBetween(80_000L, 120_000L);
        assertThat(grown).isSorted();
    }

    private PageEnd parse(String page, String... fields) throws IOException {
        return PageParser.parse(
                bytes(page), Wanted.of(fields.length == 0 ? List.of("n") : List.of(fields)), Meter.NONE, rows::add);
    }

    private PageEnd parse(byte[] page) throws IOException {
        return PageParser.parse(new ByteArrayInputStream(page), Wanted.of(List.of("n")), Meter.NONE, rows::add);
    }

    /** Single quotes stand for double ones. */
    private static ByteArrayInputStream bytes(String page) {
        return new ByteArrayInputStream(page.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
