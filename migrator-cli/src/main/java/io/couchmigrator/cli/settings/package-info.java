// SPDX-License-Identifier: Apache-2.0
/** What the user set: on the command line, in the environment, in the configuration file, or not at all. */
@NullMarked
package io.couchmigrator.cli.settings;

import org.jspecify.annotations.NullMarked;
