// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import java.nio.file.Path;

/** Another process, of whatever heap, that says how many rejects are outstanding. */
final class RejectsReader {
    private RejectsReader() {}

    public static void main(String[] arguments) {
        RejectEvents events = RejectEvents.read(Path.of(arguments[0]));
        System.out.println(events.count(stage -> true, kind -> true));
    }
}
