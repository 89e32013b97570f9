// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.Optional;

/**
 * An item that could not be stored. Immutable.
 *
 * @param stage the stage's name
 * @param id the document's id, or the source row's primary key
 * @param rev the document's revision; empty for source rows
 * @param code the kind of fault
 * @param reason what is wrong, without the values of the document
 */
public record Rejection(String stage, String id, Optional<String> rev, String code, String reason) {}
