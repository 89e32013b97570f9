// SPDX-License-Identifier: Apache-2.0
/** A harness that migrates under kills and faults, story after story: {@code mvn -Pchaos verify}; see docs/reliability.md. */
@NullMarked
package io.couchmigrator.cli.chaos;

import org.jspecify.annotations.NullMarked;
