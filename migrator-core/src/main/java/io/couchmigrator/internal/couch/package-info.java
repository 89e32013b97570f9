// SPDX-License-Identifier: Apache-2.0
/** Reading CouchDB over HTTP. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.couch;

import org.jspecify.annotations.NullMarked;
