// SPDX-License-Identifier: Apache-2.0
/** Whether source, target, map and timeline are still those that were saved: compares only. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.identity;

import org.jspecify.annotations.NullMarked;
