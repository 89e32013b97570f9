// SPDX-License-Identifier: Apache-2.0
/** Documents as the double keeps them: their revisions, their order, what CouchDB refuses of them. */
@NullMarked
package io.couchmigrator.testkit.couch.documents;

import org.jspecify.annotations.NullMarked;
