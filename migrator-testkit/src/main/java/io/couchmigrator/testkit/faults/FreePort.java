// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports for servers that are stopped and started again on the same one. The port is below those that a system gives
 * to outgoing connections: else a client that tries to reach the stopped server may be given that very port for its own
 * end, and even connect to itself.
 */
public final class FreePort {
    private static final int LOWEST = 10_240;

    /** Linux gives ports from 32768 to outgoing connections, others from 49152. */
    private static final int HIGHEST = 32_767;

    private static final int ATTEMPTS = 100;

    private FreePort() {}

    /**
     * Returns a port of the loopback address that nobody listens on just now.
     *
     * @throws IOException if a hundred that were tried are all taken
     */
    public static int find() throws IOException {
        IOException taken = new IOException("no attempt was made");
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                taken = e;
            }
        }
        throw new IOException("found no free port from %s to %s".formatted(LOWEST, HIGHEST), taken);
    }
}
