// SPDX-License-Identifier: Apache-2.0
/** Words and figures as people read and write them, in which no password shows. */
@NullMarked
package io.couchmigrator.cli.text;

import org.jspecify.annotations.NullMarked;
