// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.engine;

import io.couchmigrator.RejectException;
import io.couchmigrator.Writer;
import io.couchmigrator.internal.engine.GuardedWriter.WriterException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Writes with a writer that may throw what is no {@link SQLException}. A batch for which it does is written again in
 * halves, until those items stand alone for which it is broken, or which it rejects. Safe for use by multiple threads, each
 * with sessions of its own.
 *
 * @param <R> the type of the rows
 */
final class WriterSink<R> implements Sink<R> {
    private final StageFunctions functions;
    private final Sink<R> sink;

    /** @param sink makes the sink that writes with a writer */
    WriterSink(StageFunctions functions, Writer<R> writer, Function<GuardedWriter<R>, Sink<R>> sink) {
        this.functions = functions;
        this.sink = sink.apply(new GuardedWriter<>(writer));
    }

    @Override
    public Outcome write(List<Ready<R>> items, WorkerSessions sessions) {
        try {
            return sink.write(items, sessions);
        } catch (WriterException e) {
            int half = items.size() / 2;
            return half == 0
                    ? refused(items.get(0), e.thrown())
                    : sum(write(items.subList(0, half), sessions), write(items.subList(half, items.size()), sessions));
        }
    }

    private Outcome refused(Ready<R> item, Throwable thrown) {
        RuntimeException broken = functions.broken("writer", item.id(), thrown);
        if (broken instanceof RejectException because) {
            return new Outcome(
                    0,
                    0,
                    List.of(Refused.of(item.id(), item.rev(), item.docType().get(), because)));
        }
        throw broken;
    }

    private static Sink.Outcome sum(Outcome one, Outcome other) {
        List<Refused> refused = new ArrayList<>(one.refused());
        refused.addAll(other.refused());
        return new Outcome(one.written() + other.written(), one.alreadyThere() + other.alreadyThere(), refused);
    }
}
