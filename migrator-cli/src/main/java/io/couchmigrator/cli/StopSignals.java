// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli;

import io.couchmigrator.Outcome;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The stop signals, of which the first one asks the run to stop, and the second, a moment later, halts the process at once; and the signal that asks how far it is.
 *
 * <p>Through {@code sun.misc.Signal}, since a shutdown hook is told of the first signal only, and not of which it was;
 * and through reflection, since javac warns of that class in a way that cannot be suppressed. A signal that was ignored
 * when the process began, as under {@code nohup}, stays ignored: HotSpot sees to that.
 */
final class StopSignals {
    private static final Map<String, Integer> NUMBERS = Map.of("HUP", 1, "INT", 2, "TERM", 15);

    /** A terminal that goes away sends HUP twice, through the shell and by the kernel; systemd sends HUP behind TERM. */
    private static final long ONE_HANGUP = TimeUnit.SECONDS.toNanos(5);

    /** Such as {@code timeout} signals its command and once more its group, and some programs pass on what a terminal tells their group. */
    private static final long ONE_WISH = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanos;
    private int first;
    private long firstAt;

    /** @param nanos returns the time in nanoseconds, as {@link System#nanoTime} does */
    StopSignals(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Calls {@code stop}, in a thread of its own, when the first signal comes.
     *
     * @throws UnsupportedOperationException if this Java runtime handles no signals
     */
    void handle(Runnable stop) {
        try {
            for (Map.Entry<String, Integer> named : NUMBERS.entrySet()) {
                handle(named.getKey(), () -> received(named.getKey(), named.getValue(), stop));
            }
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException(
                    "this Java runtime handles no signals, so that they end the program at once: start it without -Xrs,"
                            + " and with the module jdk.unsupported",
                    e);
        }
    }

    /**
     * Calls {@code tell}, in a thread of its own, whenever {@code kill -USR1} asks how far it is, as it asks {@code dd}. Whoever sends
     * that out of habit must not kill a run: the launcher has it ignored, and so it stays where a Java runtime does not let it be handled.
     */
    static void whenAsked(Runnable tell) {
        try {
            handle("USR1", tell);
        } catch (ReflectiveOperationException e) {
            // It stays ignored.
        }
    }

    private static void handle(String name, Runnable then) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        Object proxy = Proxy.newProxyInstance(
                StopSignals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                    then.run();
                    return null;
                });
        signal.getMethod("handle", signal, handler)
                .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    }

    private void received(String name, int number, Runnable stop) {
        switch (meaning(name, number)) {
            case STOP -> stop.run();
            case PART_OF_THE_FIRST -> {}
            case HALT -> Runtime.getRuntime().halt(128 + number);
        }
    }

    /** Returns what a signal that comes now means. */
    synchronized Meaning meaning(String name, int number) {
        long now = nanos.getAsLong();
        if (first == 0) {
            first = number;
            firstAt = now;
            return Meaning.STOP;
        }
        return now - firstAt > (name.equals("HUP") ? ONE_HANGUP : ONE_WISH) ? Meaning.HALT : Meaning.PART_OF_THE_FIRST;
    }

    /** Returns the exit status of a run that ended with this one: a stop is told by the signal that asked for it. */
    synchronized int exitStatus(int status) {
        return status == Outcome.STOPPED.exitStatus() && first != 0 ? 128 + first : status;
    }

    /** What a stop signal asks for. */
    enum Meaning {
        STOP,
        PART_OF_THE_FIRST,
        HALT
    }
}
