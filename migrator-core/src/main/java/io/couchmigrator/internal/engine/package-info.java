// SPDX-License-Identifier: Apache-2.0
/** The loop that runs stages. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.engine;

import org.jspecify.annotations.NullMarked;
