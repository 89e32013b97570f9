// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.retry;

import io.couchmigrator.ErrorRule;
import io.couchmigrator.RejectException;
import io.couchmigrator.Stage;
import java.util.function.Supplier;

/**
 * Calls the functions that the embedding program gave to a stage, each for one item. Whatever one throws becomes a reject of
 * the item, or a failure that names function, stage and item and quotes nothing of it. Safe for use by multiple threads.
 *
 * @param stage whose functions
 */
public record StageFunctions(Stage<?, ?> stage) {
    /** What a function returned and must not; never leaves this class. */
    private static final class WrongResultException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        WrongResultException(String said) {
            super(said, null, false, false);
        }
    }

    /**
     * Returns what to throw inside a call whose function returned what it must not.
     *
     * @param result what it returned, and what was expected; without values of the item
     */
    public static RuntimeException returned(String result) {
        return new WrongResultException("returned " + result);
    }

    /**
     * Returns what a function returns for an item.
     *
     * @param function what people call it
     * @throws RejectException if the function rejects the item, or is broken and the stage rejects items then
     * @throws IllegalStateException if the function is broken and the stage ends runs then
     */
    public <T> T call(String function, String item, Supplier<T> call) {
        try {
            return call.get();
        } catch (RejectException e) {
            throw e;
        } catch (Throwable e) {
            throw broken(function, item, e);
        } finally {
            Interrupts.clear();
        }
    }

    /** Throws it on if it tells of the JVM. Heap and threads are everybody's: no item is to blame if they are used up. */
    public static void rethrowIfOfJvm(Throwable thrown) {
        if (thrown instanceof VirtualMachineError error && !(thrown instanceof StackOverflowError)) {
            throw error;
        }
    }

    /** Returns what to throw for what a function threw on an item. */
    public RuntimeException broken(String function, String item, Throwable thrown) {
        if (thrown instanceof RejectException reject) {
            return reject;
        }
        rethrowIfOfJvm(thrown);
        boolean wrongResult = thrown instanceof WrongResultException;
        String seen = wrongResult ? String.valueOf(thrown.getMessage()) : "threw " + FunctionFault.said(thrown);
        if (stage.onTransformError() == ErrorRule.REJECT) {
            return new RejectException("transform-failed", "the %s %s".formatted(function, seen));
        }
        return new IllegalStateException(
                "the %s of stage \"%s\" failed on \"%s\": it %s: mend it, or let the stage reject such documents with onTransformError(REJECT), and run again"
                        .formatted(function, stage.name(), item, seen),
                wrongResult ? null : FunctionFault.of(thrown));
    }
}
