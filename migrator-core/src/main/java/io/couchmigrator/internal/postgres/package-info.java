// SPDX-License-Identifier: Apache-2.0
/** Reading and writing PostgreSQL. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.postgres;

import org.jspecify.annotations.NullMarked;
