// SPDX-License-Identifier: Apache-2.0
/** What gives a JUnit test its servers. It knows the rooms {@code couch} and {@code postgres}, and no room knows it. */
@NullMarked
package io.couchmigrator.testkit;

import org.jspecify.annotations.NullMarked;
