// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The faults that were scripted, in their order. Thread-safe. */
final class FaultScript {
    private final List<ScriptedFault> faults = new CopyOnWriteArrayList<>();

    ScriptedFault add(FaultRule rule) {
        ScriptedFault fault = new ScriptedFault(rule);
        faults.add(fault);
        return fault;
    }

    void clear() {
        faults.forEach(ScriptedFault::cancel);
        faults.clear();
    }

    /** Returns what happens to this request: the first fault whose time has come. */
    Fault next(CouchRequest request) {
        for (ScriptedFault fault : faults) {
            if (fault.hits(request)) {
                return fault.fault();
            }
        }
        return ContentFault.NONE;
    }
}
