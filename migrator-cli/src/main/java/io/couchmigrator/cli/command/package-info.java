// SPDX-License-Identifier: Apache-2.0
/** The commands that do more than print a text. */
@NullMarked
package io.couchmigrator.cli.command;

import org.jspecify.annotations.NullMarked;
