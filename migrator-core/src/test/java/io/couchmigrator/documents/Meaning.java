// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a JSON text says, as a text: members sorted by name, of those that share one the last, numbers written out with the digits
 * after the point that they have. Shares nothing with PostgreSQL, nor with what sends it documents.
 */
final class Meaning {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private Meaning() {}

    static String of(String json) throws IOException {
        Deque<Container> open = new ArrayDeque<>();
        open.push(new Container(false));
        try (JsonParser parser = JSON.createParser(json)) {
            for (JsonToken next = parser.nextToken(); next != null; next = parser.nextToken()) {
                switch (next) {
                    case START_OBJECT, START_ARRAY -> open.push(new Container(next == JsonToken.START_OBJECT));
                    case END_OBJECT, END_ARRAY -> close(open);
                    case FIELD_NAME -> open.element().name = quoted(parser.getText());
                    case VALUE_STRING -> open.element().add(quoted(parser.getText()));
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> open.element().add(number(parser.getText()));
                    default -> open.element().add(parser.getText());
                }
            }
        }
        return open.element().text();
    }

    private static void close(Deque<Container> open) {
        String text = open.pop().text();
        open.element().add(text);
    }

    private static String quoted(String text) {
        return new JsonPrimitive(text).toString();
    }

    private static String number(String text) {
        BigDecimal number = new BigDecimal(text);
        return (number.scale() < 0 ? number.setScale(0) : number).toPlainString();
    }

    private static final class Container {
        private final boolean isObject;
        private final Map<String, String> values = new TreeMap<>();
        private String name = "";

        Container(boolean isObject) {
            this.isObject = isObject;
        }

        void add(String value) {
            values.put(isObject ? name : "%09d".formatted(values.size()), value);
        }

        String text() {
            return isObject
                    ? values.entrySet().stream()
                            .map(member -> member.getKey() + ":" + member.getValue())
                            .collect(Collectors.joining(",", "{", "}"))
                    : values.values().stream().collect(Collectors.joining(",", "[", "]"));
        }
    }
}
