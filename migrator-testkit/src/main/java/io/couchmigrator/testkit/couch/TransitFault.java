// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.wire.CutException;
import io.couchmigrator.testkit.faults.Signal;
import java.io.IOException;
import java.time.Duration;
import okio.Buffer;
import okio.ForwardingSink;
import okio.Sink;

/** A fault in the bytes of a body on their way. */
final class TransitFault extends Fault {
    private static final int NO_ROW = -1;

    private final boolean shortens;
    private final int lastRow;
    private final Disturbance disturbance;

    private TransitFault(String description, boolean shortens, int lastRow, Disturbance disturbance) {
        super(description);
        this.shortens = shortens;
        this.lastRow = lastRow;
        this.disturbance = disturbance;
    }

    private TransitFault(String description, Disturbance disturbance) {
        this(description, false, NO_ROW, disturbance);
    }

    static TransitFault cutAt(long bytes) {
        return new TransitFault(
                "cut after " + bytes + " bytes",
                (wire, signal) -> split(wire, bytes, () -> {
                    wire.flush();
                    throw new CutException();
                }));
    }

    static TransitFault cutAtRow(int rows) {
        return new TransitFault("cut after " + rows + " rows", false, rows, (wire, signal) -> wire);
    }

    static TransitFault stallAt(long bytes) {
        return new TransitFault(
                "stall after " + bytes + " bytes",
                (wire, signal) -> split(wire, bytes, () -> {
                    wire.flush();
                    signal.stall();
                }));
    }

    static TransitFault endAt(long bytes) {
        return new TransitFault(
                "end after " + bytes + " bytes", true, NO_ROW, (wire, signal) -> new TruncatingSink(wire, bytes));
    }

    static TransitFault corruptAt(long position) {
        return new TransitFault("corrupt byte " + position, (wire, signal) -> new CorruptingSink(wire, position));
    }

    static TransitFault dribbling(int bytes, Duration pause) {
        return new TransitFault(
                "dribble " + bytes + " bytes each " + pause,
                (wire, signal) -> new DribblingSink(wire, bytes, pause, signal));
    }

    private static Sink split(Sink wire, long at, Event event) {
        return new SplittingSink(wire, at, event);
    }

    @Override
    boolean shortens() {
        return shortens;
    }

    @Override
    boolean cutsAfterRow(int row) {
        return row == lastRow;
    }

    @Override
    Sink transit(Sink wire, Signal signal) {
        return disturbance.between(wire, signal);
    }

    private interface Disturbance {
        Sink between(Sink wire, Signal signal);
    }

    private interface Event {
        void happen() throws IOException;
    }

    /** Lets something happen between two bytes. */
    private static final class SplittingSink extends ForwardingSink {
        private final Event event;
        private long left;
        private boolean happened;

        SplittingSink(Sink wire, long at, Event event) {
            super(wire);
            this.left = at;
            this.event = event;
        }

        @Override
        public void write(Buffer source, long byteCount) throws IOException {
            long before = Math.min(left, byteCount);
            super.write(source, before);
            left -= before;
            if (left == 0 && !happened) {
                happened = true;
                event.happen();
            }
            super.write(source, byteCount - before);
        }
    }

    /** Drops what comes after so many bytes. */
    private static final class TruncatingSink extends ForwardingSink {
        private long left;

        TruncatingSink(Sink wire, long bytes) {
            super(wire);
            this.left = bytes;
        }

        @Override
        public void write(Buffer source, long byteCount) throws IOException {
            long kept = Math.min(left, byteCount);
            super.write(source, kept);
            source.skip(byteCount - kept);
            left -= kept;
        }
    }

    /** Replaces one byte. */
    private static final class CorruptingSink extends ForwardingSink {
        private static final int NEVER_IN_UTF8 = 0xFF;

        private long left;

        CorruptingSink(Sink wire, long position) {
            super(wire);
            this.left = position;
        }

        @Override
        public void write(Buffer source, long byteCount) throws IOException {
            if (left >= byteCount || left < 0) {
                super.write(source, byteCount);
            } else {
                super.write(source, left);
                source.skip(1);
                super.write(new Buffer().writeByte(NEVER_IN_UTF8), 1);
                super.write(source, byteCount - left - 1);
            }
            left -= byteCount;
        }
    }

    /** Sends little at a time. */
    private static final class DribblingSink extends ForwardingSink {
        private final int bytes;
        private final Duration pause;
        private final Signal signal;

        DribblingSink(Sink wire, int bytes, Duration pause, Signal signal) {
            super(wire);
            this.bytes = bytes;
            this.pause = pause;
            this.signal = signal;
        }

        @Override
        public void write(Buffer source, long byteCount) throws IOException {
            long left = byteCount;
            while (left > 0) {
                signal.await(() -> false, pause);
                long piece = Math.min(bytes, left);
                super.write(source, piece);
                flush();
                left -= piece;
            }
        }
    }
}
