// SPDX-License-Identifier: Apache-2.0
/** Where items come from: feeds of documents and of tables, pages, catching up. Not part of the API. */
@NullMarked
package io.couchmigrator.internal.source;

import org.jspecify.annotations.NullMarked;
