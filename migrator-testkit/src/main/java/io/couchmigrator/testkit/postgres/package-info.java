// SPDX-License-Identifier: Apache-2.0
/** A real PostgreSQL for tests, and what goes wrong with its connections. */
@NullMarked
package io.couchmigrator.testkit.postgres;

import org.jspecify.annotations.NullMarked;
