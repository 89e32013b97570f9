// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import com.google.gson.JsonElement;
import io.couchmigrator.Document;
import io.couchmigrator.Lookup;
import java.util.Optional;

/** The wire invoice that an {@code InvoicePdf} is the print of; the other invoices have no domain. */
final class WireInvoice {
    static final Lookup<Long, String> DOMAINS = Lookup.rows("accounting_wireinvoice", "id", "domain");

    private WireInvoice() {}

    /** Returns whether a document says that it is of a wire invoice. */
    static boolean isOf(Document document) {
        return !Json.isNone(document.field("is_wire"));
    }

    /** Returns the invoice's number, which most documents hold as a string; empty if none can have it. */
    static Optional<Long> id(Document document) {
        JsonElement id = document.field("invoice_id");
        if (Json.isNumber(id)) {
            return WholeNumber.parse(id.getAsString()).flatMap(WholeNumber::asLong);
        }
        return Json.isString(id) ? number(id.getAsString().strip()) : Optional.empty();
    }

    private static Optional<Long> number(String text) {
        return WholeNumber.isDigits(text) ? WholeNumber.parse(text).flatMap(WholeNumber::asLong) : Optional.empty();
    }
}
