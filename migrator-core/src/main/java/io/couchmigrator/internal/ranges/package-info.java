// SPDX-License-Identifier: Apache-2.0
/** Pure arithmetic of keys and ranks: key order, cutting, the plan, ascent, the audit. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.ranges;

import org.jspecify.annotations.NullMarked;
