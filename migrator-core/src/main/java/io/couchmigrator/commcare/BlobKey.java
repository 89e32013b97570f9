// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

import io.couchmigrator.RejectException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The keys that the application made for blobs before it kept them in the entry. */
final class BlobKey {
    private static final Pattern LOOKS_HASHED = Pattern.compile("sha1-[0-9a-f]{40}");

    private BlobKey() {}

    /**
     * Makes the key of a blob.
     *
     * @throws RejectException if the document's id looks like a hash of another's
     */
    static String of(String database, String documentId, String blobId) {
        return join(join(database, safeId(documentId)), blobId);
    }

    /** Joins two parts of a path as POSIX does, and with it the application. */
    private static String join(String path, String part) {
        if (part.startsWith("/")) {
            return part;
        }
        return path.endsWith("/") ? path + part : path + "/" + part;
    }

    private static String safeId(String documentId) {
        if (documentId.startsWith("sha1-") && LOOKS_HASHED.matcher(documentId).matches()) {
            throw new RejectException(
                    "illegal-doc-id", "the document's id looks like a hash: no key can be made of it that is its own");
        }
        return isSafe(documentId) ? documentId : "sha1-" + sha1(documentId);
    }

    /** To the application's regular expression, a newline at the very end is no part of the id. */
    private static boolean isSafe(String documentId) {
        int length = documentId.endsWith("\n") ? documentId.length() - 1 : documentId.length();
        for (int i = 0; i < length; i++) {
            char c = documentId.charAt(i);
            boolean safe =
                    switch (c) {
                        case '_', '.', '/', '{', '}', '-' -> true;
                        default -> (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
                    };
            if (!safe) {
                return false;
            }
        }
        return length > 0;
    }

    private static String sha1(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-1 is missing: every Java platform must have it", e);
        }
    }
}
