// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

/**
 * A run's claim to an owned table of one database, as it is remembered: two that are not equal are of different tables, or somebody else
 * had the table in between.
 *
 * @param before that by which its migration had the table before; empty if it had it not
 * @param now that by which it has it
 */
public record Claimed(String before, String now) {}
