// SPDX-License-Identifier: Apache-2.0
/**
 * The benchmark: how fast a migration is, measured against how fast its source can be read and its target be written.
 *
 * <p>No test: nothing here asserts a time, and nothing is shipped. {@code mvn -Pbenchmark verify} runs it, and
 * {@code docs/performance.md} tells its options and what was seen.
 */
package io.couchmigrator.cli.benchmark;
