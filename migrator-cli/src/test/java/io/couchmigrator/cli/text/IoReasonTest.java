// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

final class IoReasonTest {
    @Test
    void saysWhatIsWrongWithoutTheFileThatIsToldAnyway() {
        assertThat(IoReason.of(new NoSuchFileException("/etc/none"))).isEqualTo("there is no such file");
        assertThat(IoReason.of(new AccessDeniedException("/etc/shadow"))).isEqualTo("permission denied");
        assertThat(IoReason.of(new FileSystemException("/mnt/a", null, "No space left on device")))
                .isEqualTo("No space left on device");
        assertThat(IoReason.of(new IOException("Input/output error"))).isEqualTo("Input/output error");
        assertThat(IoReason.of(new EOFException())).isEqualTo("EOFException");
    }
}
