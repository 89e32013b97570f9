// SPDX-License-Identifier: Apache-2.0
/** What may go wrong: passing errors are waited out, and functions of the embedding program called with care. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.retry;

import org.jspecify.annotations.NullMarked;
