// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.internal.offsets.SourceId;

/**
 * An item that cannot be stored.
 *
 * @param id the item
 * @param rev its revision; empty if there is none
 * @param docType what the migration log calls its type; empty if it is not known
 * @param code the kind of fault
 * @param reason what is wrong
 */
record Refused(SourceId id, String rev, String docType, String code, String reason) {}
