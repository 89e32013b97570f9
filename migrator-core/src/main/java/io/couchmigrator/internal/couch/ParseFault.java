// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;

/** Why an answer could not be parsed, as it may be shown and logged: a place, but nothing out of a document. */
final class ParseFault {
    private ParseFault() {}

    /** Returns the fault without what Jackson, or Java, quotes of the answer. */
    static IOException of(Exception e) {
        if (e instanceof JacksonException broken) {
            String what = broken instanceof JsonEOFException ? "the JSON ended early" : "malformed JSON";
            return said(
                    "%s at line %s column %s"
                            .formatted(
                                    what,
                                    broken.getLocation().getLineNr(),
                                    broken.getLocation().getColumnNr()),
                    e);
        }
        if (e instanceof IOException ours) {
            // Of the connection, or of what is wrong with a page as a whole.
            return ours;
        }
        return said("unexpected JSON (" + e.getClass().getSimpleName() + ")", e);
    }

    private static IOException said(String what, Exception e) {
        IOException fault = new IOException(what);
        fault.setStackTrace(e.getStackTrace());
        return fault;
    }
}
