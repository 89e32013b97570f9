// SPDX-License-Identifier: Apache-2.0
/** From items to rows that are compared. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.verify;

import org.jspecify.annotations.NullMarked;
