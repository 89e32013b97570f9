// SPDX-License-Identifier: Apache-2.0
/** From items to committed rows. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.batch;

import org.jspecify.annotations.NullMarked;
