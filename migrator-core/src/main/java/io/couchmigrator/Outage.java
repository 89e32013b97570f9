// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.time.Instant;

/**
 * A passing error that is being waited out. Immutable.
 *
 * @param server which server, for people: {@code CouchDB at http://…} or {@code PostgreSQL}
 * @param cause what the last attempt ran into
 * @param since when the first attempt of this outage failed
 * @param until when the run gives up
 */
public record Outage(String server, String cause, Instant since, Instant until) {}
