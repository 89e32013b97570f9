// SPDX-License-Identifier: Apache-2.0
@NullMarked
package io.couchmigrator.testkit;

import org.jspecify.annotations.NullMarked;
