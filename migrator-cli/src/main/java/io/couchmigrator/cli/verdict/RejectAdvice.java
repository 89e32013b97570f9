// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.verdict;

/** How to mend what is outstanding, by its code. */
public final class RejectAdvice {
    private RejectAdvice() {}

    /** Returns whether a run mends a document with this code by itself. */
    public static boolean needsNothing(String code) {
        return switch (code) {
            case "missing", "different", "extra" -> true;
            default -> false;
        };
    }

    /** Returns what to do, as one sentence without its full stop. */
    public static String of(String code) {
        return switch (code) {
            case "nul-character" -> "take U+0000 out (or --nul=replace --reread); of an id: save it anew";
            case "lone-surrogate" -> "take the half of a surrogate pair out";
            case "value-too-long" -> "shorten it, or make the column longer";
            case "number-out-of-range" -> "change the number, or make a string of it";
            case "wrong-type" -> "change the value that the reason names";
            case "nested-too-deep" -> "flatten it, or raise max_stack_depth of PostgreSQL";
            case "too-long-for-index", "illegal-doc-id" -> "save it under another id, and delete this";
            case "too-large" -> "part it";
            case "unreadable" -> "look at the server's log";
            case "refused-by-target" -> "change the document, the constraint or the trigger";
            case "malformed-external-blobs" -> "make an object of it";
            case "missing-key" -> "give it a key";
            case "transform-failed" -> "mend the function of the stage, or the document";
            case "no-shard" -> "give it the value that its shard is told by";
            case "missing", "different", "extra" -> "run again, which writes or deletes its rows";
            case "missing again", "different again" -> "find what undoes it, such as a trigger; run, then verify";
            default -> "do what the reason says";
        };
    }
}
