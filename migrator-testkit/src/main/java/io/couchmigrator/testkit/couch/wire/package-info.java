// SPDX-License-Identifier: Apache-2.0
/** What lies between the double's answers and its clients: one port, and how an answer is cut. */
@NullMarked
package io.couchmigrator.testkit.couch.wire;

import org.jspecify.annotations.NullMarked;
