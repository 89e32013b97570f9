// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * A network of a delay and a rate, in front of a server: a port here from which all connections go on to it. A connection
 * takes a round trip to be made. Nothing is lost on the way, no rate has to be found out first as TCP does, and the
 * headers of packets are not counted. What it costs in CPU time is this machine's and this process's.
 */
final class Link implements AutoCloseable {
    private final InetSocketAddress server;
    private final long roundTripNanos;
    private final Lane up;
    private final Lane down;
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "link");
        thread.setDaemon(true);
        return thread;
    });

    private Link(Network network, InetSocketAddress server) throws IOException {
        this.server = server;
        this.roundTripNanos = network.roundTripNanos();
        this.up = new Lane(network);
        this.down = new Lane(network);
        this.listener = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    }

    /** Starts to take connections. */
    static Link to(InetSocketAddress server, Network network) throws IOException {
        Link link = new Link(network, server);
        link.threads.execute(link::accept);
        return link;
    }

    /** Returns where it listens. */
    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                open.add(client);
                long made = System.nanoTime() + roundTripNanos;
                threads.execute(() -> connect(client, made));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void connect(Socket client, long made) {
        try (client;
                Socket upstream = new Socket()) {
            open.add(upstream);
            upstream.connect(server);
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            Lane.awaitTime(made);
            Future<?> sent = up.carry(client, upstream, threads);
            Future<?> answered = down.carry(upstream, client, threads);
            sent.get();
            answered.get();
        } catch (IOException | ExecutionException e) {
            // Both sides see that the connection has ended, and who needed it tells of it.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.removeIf(Socket::isClosed);
        }
    }
}
