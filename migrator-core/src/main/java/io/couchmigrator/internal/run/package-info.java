// SPDX-License-Identifier: Apache-2.0
/** One run from the lock to the outcome: its stages, their passes, checkpoints. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.run;

import org.jspecify.annotations.NullMarked;
