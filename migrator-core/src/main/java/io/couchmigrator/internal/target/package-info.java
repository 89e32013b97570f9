// SPDX-License-Identifier: Apache-2.0
/** The databases of the target: their connections, lock, and what is looked at beforehand. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.target;

import org.jspecify.annotations.NullMarked;
