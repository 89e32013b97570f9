// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.google.gson.JsonIOException;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Why an answer could not be parsed, as it may be shown and logged. What Gson says ends with the path to the place, whose
 * names are those of a document's fields, and may quote the value it found there.
 */
final class ParseFault {
    private static final Pattern PLACE = Pattern.compile("line (\\d+) column (\\d+) path ");

    private ParseFault() {}

    /** Returns the fault with line and column, but with nothing out of the document. */
    static IOException of(Exception e) {
        if (e instanceof JsonIOException && e.getCause() instanceof IOException broken) {
            return of(broken);
        }
        if (e instanceof CharacterCodingException) {
            return said("it is not UTF-8", e);
        }
        if (e instanceof EOFException && e.getMessage() == null) {
            return said("the connection ended early", e);
        }
        Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
        boolean placed = place.find();
        if (!placed && e instanceof IOException ours) {
            // Of the connection, or of what is wrong with a page as a whole.
            return ours;
        }
        return said(placed ? "%s at line %s column %s".formatted(what(e), place.group(1), place.group(2)) : what(e), e);
    }

    private static IOException said(String what, Exception e) {
        IOException fault = new IOException(what);
        fault.setStackTrace(e.getStackTrace());
        return fault;
    }

    private static String what(Exception e) {
        if (e instanceof MalformedJsonException) {
            return "malformed JSON";
        }
        if (e instanceof IOException || e.getCause() instanceof EOFException) {
            return "the JSON ended early";
        }
        return "unexpected JSON (" + e.getClass().getSimpleName() + ")";
    }
}
