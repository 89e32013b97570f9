// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import com.google.gson.JsonElement;
import io.couchmigrator.Progress;
import io.couchmigrator.Progress.Speed;
import io.couchmigrator.Progress.Whole;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.offsets.Witness;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where one stage stands now. Every change is of something whose rows are committed. Safe for use by multiple threads. */
final class StageState {
    private final Runnable changed;
    private volatile Tallies before;
    private StageOffset offset;
    /** How old the run was when the source was looked at and had nothing to catch up with; -1 before. */
    private volatile long caughtUp = -1;

    private final Rate rate = new Rate();
    private final AtomicLong bytes = new AtomicLong();

    StageState(StageOffset offset, Runnable changed) {
        this.offset = offset;
        this.before = offset.rangeTallies();
        this.changed = changed;
    }

    /** Returns what was counted in its ranges before this run. */
    Tallies before() {
        return before;
    }

    synchronized StageOffset offset() {
        return offset;
    }

    /** Takes note of so many bytes that were read. */
    void read(long more) {
        bytes.addAndGet(more);
    }

    /**
     * Looks how far the ranges are; called each second.
     *
     * @param nanos the time
     * @param heldUp whether the run is held up
     */
    void look(long nanos, boolean heldUp) {
        StageOffset now = offset();
        if (now.phase() == Phase.READING) {
            rate.look(nanos, now.rangeTallies().read(), bytes.get(), heldUp);
        }
    }

    /** Returns how fast the ranges are read; empty until it is known, and where they are read no more. */
    Optional<Speed> speed() {
        return offset().phase() == Phase.READING ? rate.speed() : Optional.empty();
    }

    /**
     * Returns how far the ranges are.
     *
     * @param elapsed how long this run has been at the stage
     * @param others how far all other stages are
     */
    Progress progress(String description, Duration elapsed, Whole others) {
        StageOffset now = offset();
        Tallies all = now.rangeTallies();
        Optional<Speed> speed = rate.speed();
        OptionalLong left = others.total().stream()
                .map(total -> now.left() + Math.max(0, total - others.read()))
                .findFirst();
        return new Progress(
                now.name(),
                description,
                now.total(),
                all.read(),
                before.read(),
                Math.max(0, all.processed() - before.processed()),
                Math.max(0, all.filtered() - before.filtered()),
                Math.max(0, all.rejected() - before.rejected()),
                Math.max(0, all.written() + all.alreadyThere() - before.written() - before.alreadyThere()),
                elapsed,
                speed,
                speed.map(known -> known.timeFor(now.left())),
                new Whole(
                        others.read() + all.read(),
                        others.total().stream()
                                .map(total -> total + now.total())
                                .findFirst(),
                        left.isPresent() ? speed.map(known -> known.timeFor(left.getAsLong())) : Optional.empty()));
    }

    RangeOffset range(int index) {
        return offset().ranges().get(index);
    }

    void advanced(int index, SourceId to, Tallies tallies) {
        change(range -> range.advanced(to, tallies), index);
    }

    /** Takes note of where a range goes on, which is not where it stood if what came since is not to be trusted. */
    void goesOnFrom(int index, RangeOffset at) {
        if (!range(index).equals(at)) {
            change(range -> at, index);
        }
    }

    /** Takes note that a range is read to its end, with what was found besides. */
    void finished(int index, Tallies found) {
        change(range -> range.counted(found), index);
    }

    /** Takes other ranges that cover the same. */
    void ranges(List<RangeOffset> ranges) {
        change(o -> o.with(ranges));
    }

    void others(Tallies tallies) {
        change(o -> o.plus(tallies));
    }

    void sequence(@Nullable JsonElement sequence) {
        change(o -> o.at(sequence));
    }

    /** Remembers what the source says of itself, before any more of it is read. */
    void seen(StageOffset.Database source) {
        if (!offset().seenAs(source).equals(offset())) {
            change(o -> o.seenAs(source));
        }
    }

    /** Remembers that what was purged up to now is done. */
    void purged(StageOffset.Database now) {
        if (!offset().purged(now.purges()).equals(offset())) {
            change(o -> o.purged(now.purges()));
        }
    }

    /** Takes note that the source was looked at and had nothing to catch up with, and how old the run was before that. */
    void caughtUp(long age) {
        caughtUp = age;
    }

    /** Returns whether there still is nothing to catch up with, since the run is no older. */
    boolean isCaughtUp(long age) {
        return caughtUp == age;
    }

    /** Begins at the beginning. */
    synchronized void anew(StageOffset planned) {
        before = planned.rangeTallies();
        change(o -> planned);
    }

    /** Remembers some of a batch, to know the source by. */
    void witnessed(UnaryOperator<List<Witness>> witnesses) {
        change(o -> o.witnessedBy(witnesses.apply(o.witnesses())));
    }

    /** @throws IllegalStateException if a range is not read to its end, which is a bug */
    void catchingUp() {
        if (!offset().ranges().stream().allMatch(RangeOffset::done)) {
            throw new IllegalStateException("stage \"%s\" is to catch up before all its ranges are read: this is a bug"
                    .formatted(offset().name()));
        }
        change(o -> o.in(Phase.CATCHING_UP));
    }

    void complete(Instant now) {
        change(o -> o.completedAt(now));
    }

    private void change(UnaryOperator<RangeOffset> range, int index) {
        change(o -> {
            List<RangeOffset> ranges = new ArrayList<>(o.ranges());
            ranges.set(index, range.apply(ranges.get(index)));
            return o.with(ranges);
        });
    }

    private void change(UnaryOperator<StageOffset> change) {
        synchronized (this) {
            offset = change.apply(offset);
        }
        changed.run();
    }
}
