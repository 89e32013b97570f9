// SPDX-License-Identifier: Apache-2.0
/** How a run, a check or a verification ended, in lines that say what to do next, and in a status. */
@NullMarked
package io.couchmigrator.cli.verdict;

import org.jspecify.annotations.NullMarked;
