// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.cli.settings.Command;
import io.couchmigrator.cli.settings.Setting;
import io.couchmigrator.cli.text.ShellWords;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The user's own command, for them to give again. It holds no secret, since a command line that does is refused.
 *
 * @param program how the user called the program
 * @param words what followed
 */
public record NextCommand(String program, List<String> words) {
    public NextCommand {
        words = List.copyOf(words);
    }

    /** Returns the same command. */
    String same() {
        return line(words);
    }

    /** Returns the same command with this flag. */
    String with(Setting flag) {
        return same() + " " + flag.option();
    }

    /** Returns the same command without this flag. */
    String without(Setting flag) {
        return line(words.stream().filter(word -> !names(word, flag)).toList());
    }

    /** Returns the command that goes on with what this one began: starting over or accepting once is enough. */
    NextCommand goingOn() {
        return new NextCommand(
                program, words.stream().filter(word -> !isForOneRun(word)).toList());
    }

    private static boolean isForOneRun(String word) {
        return Arrays.stream(Setting.values()).anyMatch(setting -> setting.isForOneRun() && names(word, setting));
    }

    /** Returns the command with another verb, and without what that does not know. */
    String as(Command command) {
        List<String> changed = new ArrayList<>();
        int indexOfCommand = indexOfCommand();
        for (int index = 0; index < words.size(); index++) {
            String word = words.get(index);
            int last = takesNextWord(word) ? index + 1 : index;
            if (index == indexOfCommand) {
                changed.add(command.toString());
            } else if (!isForeignTo(command, word)) {
                changed.addAll(words.subList(index, last + 1));
            }
            index = last;
        }
        return line(changed);
    }

    private static boolean isForeignTo(Command command, String word) {
        return Arrays.stream(Setting.values())
                .anyMatch(setting -> !setting.belongsTo(command) && names(word.split("=", 2)[0], setting));
    }

    /** Returns the command without what lets it compare less. */
    String ofFullDepth() {
        return line(words.stream().filter(word -> !isDepth(word)).toList());
    }

    private static boolean isDepth(String word) {
        return names(word, Setting.COUNTS) || names(word, Setting.IDS);
    }

    private int indexOfCommand() {
        for (int index = 0; index < words.size(); index++) {
            String word = words.get(index);
            if (takesNextWord(word)) {
                index++;
            } else if (Command.named(word).isPresent()) {
                return index;
            }
        }
        throw new IllegalStateException("no command in " + words.size() + " words");
    }

    private static boolean takesNextWord(String word) {
        for (Setting setting : Setting.values()) {
            if (setting.takesValue() && names(word, setting)) {
                return true;
            }
        }
        return false;
    }

    /** Commons CLI takes long options with one dash as well. */
    private static boolean names(String word, Setting setting) {
        return word.equals(setting.option()) || word.equals("-" + setting.key());
    }

    private String line(List<String> arguments) {
        List<String> line = new ArrayList<>();
        line.add(program);
        line.addAll(arguments);
        return ShellWords.join(line);
    }
}
