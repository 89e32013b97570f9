// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import io.couchmigrator.CouchServer.Chosen;
import io.couchmigrator.CouchServer.Reading;

/** Says how documents are read. */
public final class Readings {
    private Readings() {}

    /** Returns how, and why so, without a full stop. */
    public static String told(Chosen chosen) {
        return "read %s: %s".formatted(chosen.reading() == Reading.FIELDS ? "by fields" : "whole", chosen.reason());
    }
}
