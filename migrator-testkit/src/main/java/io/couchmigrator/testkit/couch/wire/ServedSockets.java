// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch.wire;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.OptionalLong;
import javax.net.ServerSocketFactory;

/**
 * Sockets that close themselves as soon as an answer on them has failed or was cut. MockWebServer keeps such a socket
 * open until it stops: a client of a cut answer would wait for more, and after some thousand faults no file descriptor
 * would be left.
 */
final class ServedSockets extends ServerSocketFactory {
    @Override
    public ServerSocket createServerSocket() throws IOException {
        return new ServerSocket() {
            @Override
            public Socket accept() throws IOException {
                Socket accepted = new ServedSocket();
                implAccept(accepted);
                // Head and body go out apart: with Nagle's algorithm each answer would take 40 ms.
                accepted.setTcpNoDelay(true);
                return accepted;
            }
        };
    }

    @Override
    public ServerSocket createServerSocket(int port) {
        throw unbound();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog) {
        throw unbound();
    }

    @Override
    public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
        throw unbound();
    }

    private static UnsupportedOperationException unbound() {
        return new UnsupportedOperationException("MockWebServer binds its sockets itself");
    }

    private static final class ServedSocket extends Socket {
        /** Called when the sink of an answer is closed, which happens only if the answer is cut. */
        @Override
        public void shutdownOutput() throws IOException {
            close();
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            return new FilterOutputStream(super.getOutputStream()) {
                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    OptionalLong cut = HeadCut.take();
                    try {
                        out.write(bytes, offset, (int) Math.min(length, cut.orElse(length)));
                        if (cut.isPresent()) {
                            throw new CutException();
                        }
                    } catch (IOException clientIsGoneOrCut) {
                        ServedSocket.this.close();
                        throw clientIsGoneOrCut;
                    }
                }
            };
        }
    }
}
