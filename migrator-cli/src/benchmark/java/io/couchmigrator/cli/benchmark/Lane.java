// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One direction of a {@link Link}, which all connections share: bytes leave one after the other at its rate, and arrive
 * half of a round trip after that. Others leave meanwhile, so the delay takes nothing from the rate. Safe for use by
 * multiple threads.
 */
final class Lane {
    private static final int BYTES_AT_ONCE = 16_384;
    /** As far ahead of the rate bytes are taken, so that a thread that wakes up late takes nothing from it. */
    private static final long AHEAD_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final int LEAST_ROOM = 262_144;
    private static final int MOST_ROOM = 1 << 28;

    private final long delayNanos;
    private final double nanosPerByte;
    /** The most bytes of one connection that are under way: twice what fills the delay at the full rate. */
    private final int room;

    private long free = System.nanoTime();

    Lane(Network network) {
        this.delayNanos = network.roundTripNanos() / 2;
        this.nanosPerByte = 8e9 / network.bitsPerSecond();
        this.room = (int) Math.max(LEAST_ROOM, Math.min(MOST_ROOM, 2 * (delayNanos + AHEAD_NANOS) / nanosPerByte));
    }

    /** Some bytes under way; none is the end of what a side sends. */
    private record Chunk(ByteBuffer bytes, long due) {}

    /** Carries what comes from one side to the other, up to its end; returns what is done when all has arrived. */
    Future<?> carry(Socket from, Socket to, ExecutorService threads) {
        BlockingQueue<Chunk> underWay = new LinkedBlockingQueue<>();
        Semaphore left = new Semaphore(room);
        threads.execute(() -> {
            try {
                take(from, underWay, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        return threads.submit(() -> {
            deliver(underWay, left, from, to);
            return null;
        });
    }

    static void awaitTime(long nanoTime) throws InterruptedException {
        for (long wait = nanoTime - System.nanoTime(); wait > 0; wait = nanoTime - System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }

    private void take(Socket from, BlockingQueue<Chunk> underWay, Semaphore left) throws InterruptedException {
        byte[] buffer = new byte[BYTES_AT_ONCE];
        try {
            for (int read = from.getInputStream().read(buffer);
                    read > 0;
                    read = from.getInputStream().read(buffer)) {
                left.acquire(read);
                long gone = goneAfter(read);
                underWay.add(new Chunk(ByteBuffer.wrap(Arrays.copyOf(buffer, read)), gone + delayNanos));
                awaitTime(gone - AHEAD_NANOS);
            }
        } catch (IOException e) {
            // A connection that breaks has ended as well: whoever sent on it knows, and the other one sees the end.
        }
        underWay.add(new Chunk(ByteBuffer.allocate(0), System.nanoTime() + delayNanos));
    }

    /** Returns when the last of so many bytes will have left. */
    private synchronized long goneAfter(int bytes) {
        long now = System.nanoTime();
        free = (free - now > 0 ? free : now) + Math.round(bytes * nanosPerByte);
        return free;
    }

    /** After a failure chunks are taken on to the end, which comes at once: nobody is left waiting for room. */
    private static void deliver(BlockingQueue<Chunk> underWay, Semaphore left, Socket from, Socket to)
            throws InterruptedException, IOException {
        for (Chunk chunk = underWay.take(); chunk.bytes().hasRemaining(); chunk = underWay.take()) {
            awaitTime(chunk.due());
            try {
                to.getOutputStream().write(chunk.bytes().array());
            } catch (IOException e) {
                from.close();
                to.close();
            }
            left.release(chunk.bytes().remaining());
        }
        if (!to.isClosed()) {
            to.shutdownOutput();
        }
    }
}
