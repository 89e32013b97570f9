// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.offsets;

import io.couchmigrator.internal.files.WholeLines;
import java.io.IOException;
import java.io.OutputStream;

/** Copies some lines of a file, as they are. Used once. */
final class Compacted implements WholeLines.Reader {
    private final long[] kept;
    private final OutputStream file;
    private int next;
    private long number;

    /** @param kept the numbers of the lines to copy, from 1 on, in their order */
    Compacted(long[] kept, OutputStream file) {
        this.kept = kept;
        this.file = file;
    }

    @Override
    public void line(byte[] line) throws IOException {
        number++;
        if (next < kept.length && kept[next] == number) {
            file.write(line);
            file.write('\n');
            next++;
        }
    }
}
