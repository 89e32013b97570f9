// SPDX-License-Identifier: Apache-2.0
/**
 * What both servers' faults share: when a fault strikes, where what is stalled waits, and a port to come back on. A fault
 * itself is in the room of its server.
 */
@NullMarked
package io.couchmigrator.testkit.faults;

import org.jspecify.annotations.NullMarked;
