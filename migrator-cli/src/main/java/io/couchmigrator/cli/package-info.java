// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.couchmigrator.cli;

import org.jspecify.annotations.NullMarked;
