// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.verify;

import com.google.common.collect.Lists;
import io.couchmigrator.Tallies;
import io.couchmigrator.internal.batch.GuardedWriter;
import io.couchmigrator.internal.batch.Preparation;
import io.couchmigrator.internal.offsets.Interval;
import io.couchmigrator.internal.offsets.KeyOrder;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.SourceId;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.retry.StopSignal;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.target.Target;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Settles ranges of which the source and the table tell as many ids, but for rejected ones, and leaves of the others what is to be read:
 * these are halved until they are small. Design documents, which a stage may take or not, are settled only where neither side has
 * any. Waits out passing errors. Used by one thread.
 */
final class Counts<S, R> {
    /** Reading the ids of so many costs no more than finding out where among them the difference lies. */
    private static final long SMALL = 1_000;

    private static final int IDS_AT_ONCE = 1_000;

    private final String stage;
    private final Feed<S> feed;
    private final Preparation<S, R> preparation;
    private final Target target;
    private final StopSignal stop;
    private final NavigableSet<String> withoutRow = new TreeSet<>(KeyOrder.BY_CODE_POINT);

    Counts(String stage, Feed<S> feed, Preparation<S, R> preparation, Target target, StopSignal stop) {
        this.stage = stage;
        this.feed = feed;
        this.preparation = preparation;
        this.target = target;
        this.stop = stop;
    }

    /**
     * Returns ranges that cover the same as some, of which those that agree are done.
     *
     * @param rejected which documents are rejected, and may have a row of a former revision or not
     */
    List<RangeOffset> settled(List<RangeOffset> ranges, List<SourceId> rejected) {
        rejected.stream().map(SourceId::text).forEach(withoutRow::add);
        for (List<String> ids : Lists.partition(List.copyOf(withoutRow), IDS_AT_ONCE)) {
            List<String> may = ids.stream().filter(Extras::mayHaveRow).toList();
            each((writer, connection) -> writer.there(connection, may)).forEach(withoutRow::removeAll);
        }
        return ranges.stream()
                .flatMap(range -> range.done() || range.after() != null
                        ? Stream.of(range)
                        : feed.withDesignsApart(range).stream().flatMap(this::settled))
                .toList();
    }

    private Stream<RangeOffset> settled(RangeOffset range) {
        stop.check();
        OptionalLong size = feed.size(range);
        if (size.isEmpty()) {
            return Stream.of(range.finished());
        }
        Interval interval = range.rest();
        long documents = size.getAsLong();
        long rows = each((writer, connection) -> writer.count(connection, interval))
                .mapToLong(Long::longValue)
                .sum();
        long rejected = rejected(range).size();
        if (documents - rejected == rows && (rows == 0 || !isOfDesigns(interval))) {
            return Stream.of(range.counted(new Tallies(documents, rows, 0, rejected, 0, rows)));
        }
        List<RangeOffset> halves = Math.max(documents, rows) > SMALL ? feed.halved(range) : List.of(range);
        return halves.size() == 1 ? halves.stream() : halves.stream().flatMap(this::settled);
    }

    private static boolean isOfDesigns(Interval interval) {
        return interval.from().startsWith("_design/");
    }

    /** Returns those between the keys of a range as they are: rows know of no U+0000 in them, documents do. */
    private Set<String> rejected(RangeOffset range) {
        NavigableSet<String> from =
                withoutRow.tailSet(range.from() == null ? "" : range.from().text(), true);
        return range.before() == null ? from : from.headSet(range.before().text(), false);
    }

    /** What is asked of each database. */
    private interface Question<R, T> {
        T of(GuardedWriter<R> writer, Connection connection) throws SQLException;
    }

    private <T> Stream<T> each(Question<R, T> question) {
        String what = "count rows of stage \"%s\"".formatted(stage);
        List<Session> sessions = target.own().rows();
        return IntStream.range(0, sessions.size())
                .mapToObj(number -> target.databases().get(number).patience().persist(() -> sessions.get(number)
                        .attempt(what, connection -> question.of(preparation.writer(number), connection))));
    }
}
