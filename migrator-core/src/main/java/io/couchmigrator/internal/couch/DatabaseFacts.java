// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.couch;

/**
 * What {@code GET /{db}} says.
 *
 * @param instanceStartTime when the database was created; "0" on servers before 3.3 or where it is absent
 * @param documents how many documents it has
 * @param deleted how many deleted documents it remembers
 */
public record DatabaseFacts(String instanceStartTime, long documents, long deleted) {}
