// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A document that something on its way may stumble over.
 *
 * <p>CouchDB 3.5.0 stores most of them, and sends them in its own spelling, alike in {@code _all_docs}, {@code _changes}
 * and by id: without blanks; of members that share a name the last; escapes only where they must be ({@code \u001F} in
 * capitals); {@code 1e2} as {@code 100.0}, {@code -0} as {@code 0}, {@code 1.10} as {@code 1.1}, {@code 1e-400} as
 * {@code 0.0}, integers digit by digit; members in the order they came in, {@code _attachments} last. It refuses numbers
 * beyond a double, halves of surrogate pairs, and what is not UTF-8. Other servers spell and refuse otherwise.
 *
 * @param id what is hostile about it
 * @param json the whole document, as a server may send it
 */
public record HostileDocument(String id, String json) {
    private static final String REVISION = "1-967a00dff5e02add41819138abb3284d";

    /** Returns all kinds of them. */
    public static List<HostileDocument> all() {
        return List.of(
                of("deep", "\"d\":" + "[".repeat(20_000) + "]".repeat(20_000)),
                of("deep objects", "\"d\":" + "{\"\":".repeat(20_000) + "0" + "}".repeat(20_000)),
                of(
                        "many keys",
                        IntStream.range(0, 50_000)
                                .mapToObj(i -> "\"k%s\":%s".formatted(i, i))
                                .collect(Collectors.joining(","))),
                of("numbers", "\"n\":[1e400,-1E+400,1e-400,1e2,-0,-0.0,1.10,5e-324,0.1e1]"),
                of("digits", "\"n\":[" + "7".repeat(400) + ",-" + "7".repeat(400) + ".5,0." + "3".repeat(400) + "]"),
                of("unicode", "\"s\":\"" + unicode() + "\""),
                of(
                        "names",
                        "\"\":1,\"ä\":{\"\":2,\"\\u0000\":3,\" \":4,\"\ud83d\ude00\":5,\"\\\"\":6,\"\\ud83d\\ude01\":7}"),
                of(
                        "escapes",
                        "\"s\":\"\\u0000\\u001f\\u00E4\\/\\b\\f\\n\\r\\t\\\"\\\\\\ud83d\\ude00\\ufffd\ufffd\\ufeff\ufeff\""),
                of("surrogates", "\"s\":\"\\ud83d \\ude00 \\udc00\\ud800\""),
                of("backslash", "\"s\":\"\\\\u0000 \\\\\\u0000 \\\\\\\\u0000\""),
                of("twice", "\"a\":1,\"a\":2,\"b\":{\"x\":1,\"x\":2},\"_id\":\"twice\""),
                of("braces", "\"s\":\"}]\\\"}\",\"}\":\"{\",\"_deleted\":false"),
                of(
                        "attachments",
                        "\"_attachments\":{\"a b\":{\"revpos\":1,\"digest\":\"md5-x==\",\"length\":5,\"stub\":true}}"),
                new HostileDocument(
                        "blanks",
                        "{\t\"_id\" :\r\n\"blanks\" , \"_rev\":\"" + REVISION + "\"\n,\"a\" : [ ] , \"b\":{ }\r\n}"),
                new HostileDocument("last", "{\"z\":0,\"_rev\":\"" + REVISION + "\",\"_id\":\"last\"}"),
                of("large", "\"s\":\"" + "abc\u00e9\u20ac".repeat(1 << 20) + "\""));
    }

    private static HostileDocument of(String id, String members) {
        return new HostileDocument(id, "{\"_id\":\"%s\",\"_rev\":\"%s\",%s}".formatted(id, REVISION, members));
    }

    /** Returns all that a string may hold without an escape: every character but halves of pairs. */
    private static String unicode() {
        StringBuilder all = new StringBuilder();
        IntStream.rangeClosed(' ', Character.MAX_CODE_POINT)
                .filter(c -> c != '"' && c != '\\' && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE))
                .forEach(all::appendCodePoint);
        return all.toString();
    }

    /** Returns the document's bytes. */
    public byte[] bytes() {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return id;
    }
}
