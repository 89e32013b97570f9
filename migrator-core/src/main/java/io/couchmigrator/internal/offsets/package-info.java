// SPDX-License-Identifier: Apache-2.0
/** Where everything stands, and how that is kept. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.offsets;

import org.jspecify.annotations.NullMarked;
