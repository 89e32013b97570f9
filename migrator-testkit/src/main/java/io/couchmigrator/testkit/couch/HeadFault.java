// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import java.util.Map;
import java.util.OptionalLong;

/** A fault in the status line and the headers of an answer. */
final class HeadFault extends Fault {
    private static final String LENGTH = "Content-Length";

    private final OptionalLong cut;
    private final Forgery forgery;

    private interface Forgery {
        void of(Map<String, String> headers);
    }

    private HeadFault(String description, OptionalLong cut, Forgery forgery) {
        super(description);
        this.cut = cut;
        this.forgery = forgery;
    }

    static HeadFault cutAt(long bytes) {
        return new HeadFault("headers cut after " + bytes + " bytes", OptionalLong.of(bytes), headers -> {});
    }

    static HeadFault lengthening(long difference) {
        return new HeadFault(
                LENGTH + " wrong by " + difference,
                OptionalLong.empty(),
                headers -> headers.computeIfPresent(
                        LENGTH, (name, exact) -> String.valueOf(Math.max(0, Long.parseLong(exact) + difference))));
    }

    static HeadFault header(String name, String value) {
        return new HeadFault(
                "header " + name + ": " + value, OptionalLong.empty(), headers -> headers.put(name, value));
    }

    @Override
    OptionalLong cutsHeadAfter() {
        return cut;
    }

    @Override
    void forge(Map<String, String> headers) {
        forgery.of(headers);
    }
}
