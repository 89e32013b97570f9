// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import com.google.gson.JsonObject;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a server does as CouchDB does, so that one test can run against several servers: the one place where the known
 * differences stand. Immutable.
 *
 * @param server which server it is, for people
 * @param traits what it does as CouchDB does
 */
public record ServerTraits(String server, Set<Trait> traits) {
    /** Something CouchDB does and not every server that speaks its protocol does. */
    public enum Trait {
        /** {@code offset} of {@code _all_docs} is the exact rank of the first row. */
        EXACT_OFFSETS,
        /** {@code _all_docs} is in byte order of the UTF-8 ids, and ids that begin at U+E000 or above are in it. */
        UTF8_ORDER,
        /** Sequences are opaque strings, and one that is malformed is refused. */
        OPAQUE_SEQUENCES,
        /** {@code _changes} says how many changes are still to come. */
        PENDING,
        /** {@code seq_interval} leaves out the sequences between. */
        SEQ_INTERVAL,
        /** {@code _changes} with {@code feed=longpoll} or {@code feed=continuous} ends after its {@code timeout}. */
        FEED_TIMEOUT,
        /** A parameter that cannot be read is refused. */
        STRICT_PARAMETERS,
        /** Each database has a creation time of its own. */
        CREATION_TIMES,
        /** Numbers keep their text, however large they are. */
        EXACT_NUMBERS,
        /** Lone surrogates are refused. */
        STRICT_UNICODE,
        /** A range of {@code _all_docs} may stand in the body of a {@code POST}. */
        RANGE_IN_BODY,
        /** {@code _find} and {@code _changes} send those fields alone that are asked for. */
        FIELDS,
        /** A request's first line of more than 8,190 bytes is refused. */
        SHORT_REQUEST_LINE,
        /** A {@code +} in a path is a blank. */
        PLUS_IS_BLANK,
        /** Database names must begin with a lower-case letter. */
        STRICT_DATABASE_NAMES,
        /** A missing database is a 404 with the reason that CouchDB gives. */
        MISSING_DATABASE_REASON,
        /** Deleting needs the revision; what is deleted says so, and so does {@code _bulk_get}. */
        STRICT_DELETION,
        /** A revision that led to another one is known although its body never came, or is compacted away. */
        REVISIONS_WITHOUT_BODIES,
        /** Revisions can be purged; {@code purge_seq} counts that, and {@code _purged_infos} names them. */
        PURGES,
        /** {@code /_up} tells that the server is up. */
        UP_ENDPOINT
    }

    /** Copies what could be changed. */
    public ServerTraits {
        traits = Set.copyOf(traits);
    }

    /**
     * Recognizes a server by its welcome.
     *
     * @param welcome the answer to {@code GET /}
     * @throws IllegalArgumentException if it is no server whose differences are known
     */
    public static ServerTraits of(JsonObject welcome) {
        if (welcome.has("couchdb")) {
            return new ServerTraits("CouchDB", EnumSet.allOf(Trait.class));
        }
        if (welcome.has("express-pouchdb")) {
            return new ServerTraits("PouchDB Server", Set.of());
        }
        throw new IllegalArgumentException(
                "Expected the welcome of CouchDB or PouchDB Server but its members are " + welcome.keySet());
    }

    /** Returns whether the server does this as CouchDB does. */
    public boolean has(Trait trait) {
        return traits.contains(trait);
    }
}
