// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

/** Where a value comes from; what stands first wins. */
enum Origin {
    COMMAND_LINE,
    ENVIRONMENT,
    FILE,
    FALLBACK
}
