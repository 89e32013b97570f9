// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.documents;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okio.ByteString;

/** A revision {@code N-<32 hex>}: its generation and 128 bits, kept as numbers because there are millions of them. */
public record Revision(int generation, long high, long low) {
    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,8})-([0-9a-f]{16})([0-9a-f]{16})");
    private static final Pattern MEMBER = Pattern.compile("\"_rev\"\\s*:\\s*\"([^\"]*)\"");
    private static final Revision NONE = new Revision(0, 0, 0);

    /** By generation, and within one by the digits: of revisions in conflict the last one wins. */
    static final Comparator<Revision> ORDER = Comparator.comparingInt(Revision::generation)
            .thenComparing(Revision::high, Long::compareUnsigned)
            .thenComparing(Revision::low, Long::compareUnsigned);

    /** Returns what comes before a first revision. */
    public static Revision none() {
        return NONE;
    }

    /** Returns the revision that this text stands for; empty if it is none. */
    public static Optional<Revision> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(new Revision(
                Integer.parseInt(matcher.group(1)),
                HexFormat.fromHexDigitsToLong(matcher.group(2)),
                HexFormat.fromHexDigitsToLong(matcher.group(3))));
    }

    /** Returns the first revision that a document states, whatever else its bytes are; empty if that is none. */
    public static Optional<Revision> statedIn(ByteString document) {
        Matcher member = MEMBER.matcher(document.string(StandardCharsets.ISO_8859_1));
        return member.find() ? parse(member.group(1)) : Optional.empty();
    }

    /** Returns the revision that follows; like CouchDB's it depends on the history and the content, not on the id. */
    public Revision next(boolean deleted, ByteString members) {
        MessageDigest digest = md5();
        ByteBuffer history = ByteBuffer.allocate(2 * Long.BYTES + 1);
        digest.update(
                history.putLong(high).putLong(low).put((byte) (deleted ? 1 : 0)).flip());
        digest.update(members.asByteBuffer());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new Revision(generation + 1, hash.getLong(), hash.getLong());
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return generation + "-" + hex.toHexDigits(high) + hex.toHexDigits(low);
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
