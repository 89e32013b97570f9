// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import io.couchmigrator.Context;
import io.couchmigrator.Document;
import io.couchmigrator.RejectException;
import java.util.List;
import java.util.Optional;

/** Where the domain of a document's blobs comes from. */
enum DomainRule {
    /** The document's {@code domain}. */
    OWN_DOMAIN,
    /** The document's {@code domain}, else its {@code name}: it is a domain itself. */
    OWN_NAME,
    /** The wire invoice that the document names, if it says that it is of one. */
    WIRE_INVOICE,
    /** Everybody's. */
    SHARED,
    /** Nobody's, which is as it should be. */
    NOBODYS;

    /** The domain of blobs of which nobody knows whose they are. */
    static final String UNKNOWN = "<unknown>";

    /** Returns the fields that the rule reads. */
    List<String> fields() {
        return switch (this) {
            case OWN_DOMAIN -> List.of("domain");
            case OWN_NAME -> List.of("domain", "name");
            case WIRE_INVOICE -> List.of("is_wire", "invoice_id");
            case SHARED, NOBODYS -> List.of();
        };
    }

    /**
     * Returns the domain; empty if it should be there and is not, which an operator wants to hear of.
     *
     * @throws RejectException if it is there and is no string
     */
    Optional<String> domain(Document document, Context context) {
        return switch (this) {
            case OWN_DOMAIN -> Json.text(document.field("domain"), "domain");
            case OWN_NAME ->
                Json.text(document.field("domain"), "domain").or(() -> Json.text(document.field("name"), "name"));
            case WIRE_INVOICE ->
                WireInvoice.isOf(document)
                        ? WireInvoice.id(document).flatMap(id -> context.find(WireInvoice.DOMAINS, id))
                        : Optional.of(UNKNOWN);
            case SHARED -> Optional.of("<shared>");
            case NOBODYS -> Optional.of(UNKNOWN);
        };
    }

    /** Returns the wire invoices that {@link #domain} will ask the context for. */
    List<Long> invoices(Document document) {
        return this == WIRE_INVOICE && WireInvoice.isOf(document)
                ? WireInvoice.id(document).stream().toList()
                : List.of();
    }
}
