// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says to which shard of a {@linkplain ShardMap sharded target} a row belongs. It must depend on nothing but its
 * arguments, and be safe for use by multiple threads.
 *
 * <p>Rows of one document that belong to different databases are written in different transactions: where one of them is
 * refused for its value, the document is rejected, but its rows in the other databases stay. Route by what all rows of a
 * document share, such as its id, to keep them together.
 *
 * @param <R> the type of the rows
 */
@FunctionalInterface
public interface Router<R> {
    /**
     * Returns the shard of a row.
     *
     * <p>The offset file keeps the map of shards, but cannot know of this function: where it comes to other shards than
     * before, raise the {@linkplain Stage#definition definition} of its stages.
     *
     * @param shards how many there are, a power of two
     * @return from 0 to {@code shards - 1}; anything else is a bug: see {@link ErrorRule}
     * @throws RejectException if a row has no shard, which rejects its document
     */
    int shard(R row, int shards);

    /**
     * Routes by a text as PL/Proxy clusters do whose functions say {@code RUN ON hash_string(text, 'siphash24')}: the low
     * 32 bits of its SipHash-2-4 with a key of 16 zero bytes, over its UTF-8 bytes, masked with {@code shards - 1}.
     *
     * @param text returns the text that is hashed; a row for which that is null is rejected
     */
    static <R> Router<R> sipHash(Function<R, ? extends @Nullable String> text) {
        Objects.requireNonNull(text, "text");
        return (row, shards) -> {
            String hashed = text.apply(row);
            if (hashed == null) {
                throw new RejectException("no-shard", "a row has nothing that its shard could be told by");
            }
            return Hashing.sipHash24(0, 0)
                            .hashString(hashed, StandardCharsets.UTF_8)
                            .asInt()
                    & (shards - 1);
        };
    }
}
