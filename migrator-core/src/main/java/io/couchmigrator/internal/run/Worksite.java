// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.internal.batch.RejectLimit;
import io.couchmigrator.internal.couch.CouchClient;
import io.couchmigrator.internal.ranges.AuditTally;
import io.couchmigrator.internal.retry.Patience;
import io.couchmigrator.internal.retry.Reporter;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.ByteBudget;
import io.couchmigrator.internal.source.Throttle;
import io.couchmigrator.internal.target.Target;
import java.time.Clock;

/**
 * What all stages of a run share.
 *
 * @param couch the source
 * @param source how long to bear with it
 * @param target the databases that are written
 * @param budget the bytes that may be held
 * @param throttle how fast documents may be read
 * @param limit how many documents may be rejected
 * @param audit counts what was audited
 * @param stop the request to stop
 * @param reporter who is told
 * @param workers how many ranges are read at once
 * @param chunkSize the most items in a batch
 * @param clock the time
 */
public record Worksite(
        CouchClient couch,
        Patience source,
        Target target,
        ByteBudget budget,
        Throttle throttle,
        RejectLimit limit,
        AuditTally audit,
        StopSignal stop,
        Reporter reporter,
        int workers,
        int chunkSize,
        Clock clock) {}
