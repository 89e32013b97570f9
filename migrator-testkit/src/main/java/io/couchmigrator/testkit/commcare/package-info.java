// SPDX-License-Identifier: Apache-2.0
/** Documents and tables of CommCare HQ, and the rows that must come of them. */
@NullMarked
package io.couchmigrator.testkit.commcare;

import org.jspecify.annotations.NullMarked;
