// SPDX-License-Identifier: Apache-2.0
/** The command {@code demo}: the only part of the program that names the testkit. */
@NullMarked
package io.couchmigrator.cli.demo;

import org.jspecify.annotations.NullMarked;
