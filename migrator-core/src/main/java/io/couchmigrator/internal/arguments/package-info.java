// SPDX-License-Identifier: Apache-2.0
/** What callers give to builders, taken apart and checked. Names nothing of ours. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.arguments;

import org.jspecify.annotations.NullMarked;
