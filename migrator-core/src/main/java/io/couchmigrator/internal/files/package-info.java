// SPDX-License-Identifier: Apache-2.0
/** What is kept in the log directory. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.files;

import org.jspecify.annotations.NullMarked;
