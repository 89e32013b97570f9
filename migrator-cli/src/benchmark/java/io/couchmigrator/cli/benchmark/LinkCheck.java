// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * What a {@link Link} is found to be before it is used: a link that is faster than it should be ends the benchmark, one
 * that is slower tells how busy the machine is.
 *
 * @param roundTripMillis the median of several questions of four bytes
 * @param megabitsOfOne per second, of what one connection brings
 * @param megabitsOfFour the same of four connections together
 */
record LinkCheck(double roundTripMillis, double megabitsOfOne, double megabitsOfFour) {
    private static final int QUESTIONS = 15;
    private static final double SECONDS = 0.5;
    private static final double MOST_TOO_FAST = 1.03;

    /** Measures a link of such a network, to a server of its own that answers with as many bytes as it is asked for. */
    static LinkCheck of(Network network) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            threads.execute(() -> serve(server, threads));
            try (Link link = Link.to(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), network)) {
                int bytes = (int) Math.min(1 << 28, network.bitsPerSecond() * SECONDS / 8);
                LinkCheck check = new LinkCheck(
                        roundTripMillis(link),
                        megabits(link, network, bytes, 1, threads),
                        megabits(link, network, bytes, 4, threads));
                check.requireNoFasterThan(network);
                return check;
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "measured %.1f ms, %.0f Mbit/s on one connection, %.0f Mbit/s on four",
                roundTripMillis,
                megabitsOfOne,
                megabitsOfFour);
    }

    private void requireNoFasterThan(Network network) throws IOException {
        double most = network.bitsPerSecond() / 1e6 * MOST_TOO_FAST;
        if (roundTripMillis < network.roundTripNanos() / 1e6 || megabitsOfOne > most || megabitsOfFour > most) {
            throw new IOException("the link %s is faster than it should be: %s".formatted(network.name(), this));
        }
    }

    private static double roundTripMillis(Link link) throws IOException {
        double[] millis = new double[QUESTIONS];
        try (Socket socket = connected(link)) {
            for (int i = 0; i < QUESTIONS; i++) {
                long start = System.nanoTime();
                ask(socket, 1);
                millis[i] = Taken.secondsSince(start) * 1e3;
            }
        }
        // The first one also waits for the connection.
        return Arrays.stream(millis)
                .skip(1)
                .sorted()
                .skip(QUESTIONS / 2 - 1)
                .findFirst()
                .orElseThrow();
    }

    private static double megabits(Link link, Network network, int bytes, int connections, ExecutorService threads)
            throws Exception {
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < connections; i++) {
                Socket socket = connected(link);
                sockets.add(socket);
                ask(socket, 1);
            }
            long start = System.nanoTime();
            List<Future<?>> asked = new ArrayList<>();
            for (Socket socket : sockets) {
                asked.add(threads.submit(() -> {
                    ask(socket, bytes / connections);
                    return null;
                }));
            }
            for (Future<?> answer : asked) {
                answer.get();
            }
            double seconds = Taken.secondsSince(start) - network.roundTripNanos() / 1e9;
            return bytes * 8L / seconds / 1e6;
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    private static Socket connected(Link link) throws IOException {
        Socket socket = new Socket(link.address().getAddress(), link.address().getPort());
        socket.setTcpNoDelay(true);
        return socket;
    }

    private static void ask(Socket socket, int bytes) throws IOException {
        new DataOutputStream(socket.getOutputStream()).writeInt(bytes);
        socket.getInputStream().skipNBytes(bytes);
    }

    private static void serve(ServerSocket server, ExecutorService threads) {
        try {
            while (true) {
                Socket socket = server.accept();
                threads.execute(() -> answer(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            DataInputStream questions = new DataInputStream(socket.getInputStream());
            while (true) {
                socket.getOutputStream().write(new byte[questions.readInt()]);
            }
        } catch (EOFException e) {
            // Nobody asks any more.
        } catch (IOException e) {
            throw new IllegalStateException("the link's own server could not answer", e);
        }
    }
}
