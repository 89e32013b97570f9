// SPDX-License-Identifier: Apache-2.0
/**
 * The migrations of CommCare HQ, written on the public types of the library and with no privileges:
 * {@link io.couchmigrator.commcare.BlobMetadata}.
 */
@NullMarked
package io.couchmigrator.commcare;

import org.jspecify.annotations.NullMarked;
