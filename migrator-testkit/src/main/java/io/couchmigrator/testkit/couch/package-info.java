// SPDX-License-Identifier: Apache-2.0
/** A CouchDB for tests that answers over HTTP, and what goes wrong with its answers. */
@NullMarked
package io.couchmigrator.testkit.couch;

import org.jspecify.annotations.NullMarked;
