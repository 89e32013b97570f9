// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Documents of whatever JSON can say, a few of which PostgreSQL cannot store. */
final class RandomDocuments {
    private static final int DEEPEST = 4;

    private static final List<String> ESCAPES = List.of(
            "\\\"",
            "\\\\",
            "\\/",
            "\\n",
            "\\b",
            "\\\\u0000",
            "\\\\\\\\u0000",
            "\\\\ud800",
            "'",
            "%",
            "?",
            "}",
            "\\ud83d\\ude00",
            "\\uD83D\\uDE00");

    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "-0.0",
            "1e2",
            "1E+2",
            "1.5e1",
            "1.10",
            "100.00",
            "1e400",
            "-1e-400",
            "5e-324",
            "0e10",
            "123456789012345678901234567890.123456789");

    private final Random random;
    private boolean hasNul;
    private boolean hasHalf;

    RandomDocuments(long seed) {
        this.random = new Random(seed);
    }

    /**
     * A document.
     *
     * @param code what it is to be rejected for; empty if it can be stored
     */
    record Sent(String id, String json, Optional<String> code) {}

    /** Returns so many, whose ids begin with {@code d} and a number. */
    List<Sent> next(int count) {
        return IntStream.range(0, count).mapToObj(this::document).toList();
    }

    private Sent document(int number) {
        hasNul = false;
        hasHalf = false;
        String id = "d" + number + characters(1, 6);
        String json = "{" + blank()
                + "\"_id\":%s,%s\"_rev\":\"1-967a00dff5e02add41819138abb3284d\""
                        .formatted(new JsonPrimitive(id), blank())
                + many(() -> "," + member(DEEPEST), "") + attachments() + "}";
        Optional<String> code =
                hasHalf ? Optional.of("lone-surrogate") : hasNul ? Optional.of("nul-character") : Optional.empty();
        return new Sent(id, json, code);
    }

    private String attachments() {
        return random.nextInt(5) > 0
                ? ""
                : ",\"_attachments\":{\"a b\":{\"revpos\":1,\"digest\":\"md5-x==\",\"length\":5,\"stub\":true}}";
    }

    private String member(int depth) {
        String name = random.nextBoolean() ? "\"" + pick(List.of("", "a", "b", "_x")) + "\"" : string(false);
        return name + blank() + ":" + blank() + value(depth) + blank();
    }

    private String value(int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 7)) {
            case 0 -> pick(List.of("null", "true", "false", "[]", "{}", "\"\""));
            case 1 -> number();
            case 2, 3 -> string(true);
            case 4 -> "[" + many(() -> value(depth - 1), ",") + "]";
            default -> "{" + many(() -> member(depth - 1), ",") + "}";
        };
    }

    private String number() {
        return random.nextBoolean()
                ? pick(NUMBERS)
                : new BigDecimal(new BigInteger(1 + random.nextInt(200), random), random.nextInt(60) - 20).toString();
    }

    /** No parser takes half a pair for a name. */
    private String string(boolean mayBeHalf) {
        return many(() -> piece(mayBeHalf), "", "\"");
    }

    private String piece(boolean mayBeHalf) {
        return switch (random.nextInt(40)) {
            case 0 -> nul();
            case 1 -> mayBeHalf ? half() : "";
            case 2, 3, 4, 5 -> escape(1 + random.nextInt(0xd7ff));
            case 6, 7 -> escape(0xe000 + random.nextInt(0x2000));
            default ->
                random.nextInt(3) == 0 ? pick(ESCAPES) : characters(' ', 3).replaceAll("[\"\\\\]", "x");
        };
    }

    private String nul() {
        if (random.nextInt(20) > 0) {
            return "";
        }
        hasNul = true;
        return "\\u0000";
    }

    private String half() {
        if (random.nextInt(20) > 0) {
            return "";
        }
        hasHalf = true;
        return escape(0xd800 + random.nextInt(0x800)) + "x";
    }

    private String escape(int unit) {
        String escape = String.format(Locale.ROOT, "%04x", unit);
        return "\\u" + (random.nextBoolean() ? escape : escape.toUpperCase(Locale.ROOT));
    }

    /** Any characters from one on, but halves of pairs, few of which are rare. */
    private String characters(int from, int most) {
        return random.ints(1 + random.nextInt(most), from, Character.MAX_CODE_POINT + 1)
                .map(c -> random.nextBoolean() ? from + c % (0x180 - from) : c)
                .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
    }

    private String blank() {
        return pick(List.of("", "", "", " ", "\n\t"));
    }

    private String many(Supplier<String> one, String separator) {
        return many(one, separator, "");
    }

    private String many(Supplier<String> one, String separator, String around) {
        return Stream.generate(one).limit(random.nextInt(6)).collect(Collectors.joining(separator, around, around));
    }

    private String pick(List<String> some) {
        return some.get(random.nextInt(some.size()));
    }
}
