// SPDX-License-Identifier: Apache-2.0
/** The migration that moves every document as it is. */
@NullMarked
package io.couchmigrator.documents;

import org.jspecify.annotations.NullMarked;
