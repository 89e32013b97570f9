// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.batch;

import java.util.Map;
import java.util.Set;

/**
 * What a lookup found for a batch.
 *
 * @param asked the keys that were asked for
 * @param values what is under them
 * @param unreadable the keys whose value the source could not read
 */
record LookedUp(Set<?> asked, Map<?, ?> values, Set<?> unreadable) {}
