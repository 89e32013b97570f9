// SPDX-License-Identifier: Apache-2.0
/** Where lines go: the terminal and the summary, and the log of the libraries. */
@NullMarked
package io.couchmigrator.cli.console;

import org.jspecify.annotations.NullMarked;
