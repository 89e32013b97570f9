// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.internal.postgres.Session;
import java.util.List;

/**
 * The connections of one worker, or of the run itself. Used by one thread at a time; the sessions among themselves may be
 * used at once.
 *
 * @param main to the database of source tables, lookups and completion, where a verification may look for rows as well
 * @param rows to each database that rows go to, in the order of {@link Target#databases}
 */
public record WorkerSessions(Session main, List<Session> rows) {}
