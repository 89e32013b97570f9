// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.couchmigrator;

import org.jspecify.annotations.NullMarked;
