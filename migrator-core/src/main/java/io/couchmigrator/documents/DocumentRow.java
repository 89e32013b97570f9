// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.documents;

import io.couchmigrator.Document;

/**
 * A row of a table of documents.
 *
 * @param id the document's id
 * @param rev its revision
 * @param doc the document as the server sent it
 */
record DocumentRow(String id, String rev, Document.Json doc) {}
