// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.text;

import java.util.List;
import java.util.regex.Pattern;

/** Says as an operator does what the library's messages say in the words of its API. */
public final class OperatorWords {
    /** @param isForOneRun whether it is an option that is given once, by somebody's choice */
    private record Word(Pattern ofLibrary, String ofOperator, boolean isForOneRun) {}

    private static final List<Word> WORDS = List.of(
            word("run\\(\\)", "`migrator run`"),
            word("verify\\(\\)", "`migrator verify`"),
            choice("startOver\\(true\\)", "--reset"),
            choice("reread\\(true\\)", "--reread"),
            choice("adopt\\(true\\)", "--adopt"),
            word("keepsDeleted\\(\\)", "--deletions=keep"),
            word("deletesKept\\(\\)", "--deletions=delete"),
            word("replaceNul\\(\\)", "--nul=replace"),
            choice("acceptNewSource\\(true\\)", "--accept-new-source"),
            choice("acceptFailover\\(true\\)", "--accept-failover"),
            word("workers\\((\\d+)\\)", "--num-workers=$1"),
            word("chunkSize\\((\\d+)\\)", "--chunk-size=$1"),
            word("start Java with (-D\\S+)", "set MIGRATOR_OPTS=$1"),
            word("tableSource\\((\"[^\"]*\"), …\\)", "\"sources\": {$1: ...} in the file of --config"));

    private OperatorWords() {}

    /** Returns a message of the library in an operator's words. */
    public static String of(String message) {
        String said = message;
        for (Word word : WORDS) {
            said = word.ofLibrary().matcher(said).replaceAll(word.ofOperator());
        }
        return said;
    }

    /** Returns the options for one run that messages of the library name, each once. */
    public static List<String> choices(List<String> messages) {
        return WORDS.stream()
                .filter(Word::isForOneRun)
                .filter(word -> messages.stream()
                        .anyMatch(message -> word.ofLibrary().matcher(message).find()))
                .map(Word::ofOperator)
                .toList();
    }

    private static Word word(String ofLibrary, String ofOperator) {
        return new Word(Pattern.compile("\\b" + ofLibrary), ofOperator, false);
    }

    private static Word choice(String ofLibrary, String ofOperator) {
        return new Word(Pattern.compile("\\b" + ofLibrary), ofOperator, true);
    }
}
