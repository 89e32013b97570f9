// SPDX-License-Identifier: Apache-2.0
/** The examples that the documents show. They use nothing but what a caller can name. */
@NullMarked
package io.couchmigrator.examples;

import org.jspecify.annotations.NullMarked;
