// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import io.couchmigrator.testkit.commcare.Corpus;
import io.couchmigrator.testkit.commcare.ExpectedRow;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class RouterTest {
    private final Router<ExpectedRow> byParent = Router.sipHash(ExpectedRow::parentId);

    @Test
    void putsEveryRowOfTheCorpusWhereTheApplicationLooksForIt() {
        Corpus corpus = Corpus.load();

        assertThat(corpus.rows()).hasSize(745).allSatisfy(row -> {
            int ofFour = corpus.shardsOfFour().get(row.key());
            assertThat(byParent.shard(row, 4)).isEqualTo(ofFour);
            assertThat(byParent.shard(row, 2)).isEqualTo(ofFour & 1);
            assertThat(byParent.shard(row, 1)).isZero();
        });
    }

    /** The value that the application's own tests hold its hash to. */
    @Test
    void hashesTheBytesOfAUuidAsTheApplicationDoes() {
        UUID uuid = UUID.fromString("403724ef-9fe1-41f2-9083-63918c62c2ff");
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array();
        int low32 = Hashing.sipHash24(0, 0).hashBytes(bytes).asInt();

        assertThat(Integer.toUnsignedLong(low32)).isEqualTo(1_415_444_857L);
    }

    @Test
    void rejectsARowWithoutATextToHash() {
        Router<Integer> router = Router.sipHash(row -> null);

        assertThatThrownBy(() -> router.shard(1, 4)).isInstanceOf(RejectException.class);
    }

    /** The library, by the example in appendix A of the paper on SipHash: its key is 00 to 0f, its text 00 to 0e. */
    @Test
    void hashesThePapersExample() {
        byte[] text = new byte[15];
        IntStream.range(0, text.length).forEach(i -> text[i] = (byte) i);

        long hash = Hashing.sipHash24(0x0706050403020100L, 0x0f0e0d0c0b0a0908L)
                .hashBytes(text)
                .asLong();

        assertThat(hash).isEqualTo(0xa129ca6149be45e5L);
    }
}
