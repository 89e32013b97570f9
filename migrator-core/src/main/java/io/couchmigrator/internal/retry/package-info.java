// SPDX-License-Identifier: Apache-2.0
/** Waiting out passing errors. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.retry;

import org.jspecify.annotations.NullMarked;
