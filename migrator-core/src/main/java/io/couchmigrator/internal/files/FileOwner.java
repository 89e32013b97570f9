// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose a file of ours is, or the directory that it is to be in, which cannot be used, such as what a run has left that root started.
 *
 * @param file the file or directory
 * @param owner whose it is
 * @param user as whom this process runs
 */
public record FileOwner(Path file, User owner, User user) {
    private static final Path OWN = Path.of("/proc/self");

    /**
     * A user.
     *
     * @param id its number; empty where the file system does not tell it
     * @param name its name; its number if it has none, as in a container
     */
    public record User(Optional<Object> id, String name) {
        static User of(Path file) throws IOException {
            String name = Files.getOwner(file).getName();
            try {
                return new User(Optional.of(Files.getAttribute(file, "unix:uid")), name);
            } catch (UnsupportedOperationException | IllegalArgumentException e) {
                return new User(Optional.empty(), name);
            }
        }

        boolean is(User other) {
            return (id.isPresent() && other.id.isPresent()) ? id.equals(other.id) : name.equals(other.name);
        }
    }

    /** Returns the name of the user that this process runs as; its number if it has none. */
    public static String ofThisProcess() {
        return self().name();
    }

    /**
     * Returns what to do about a file of a log directory, or about such a directory, that keeps this process from using it because it is
     * another user's; empty if that is not the reason.
     */
    static Optional<String> advice(Path path) {
        Path there = Probe.existing(path);
        if (Files.isReadable(there) && Files.isWritable(there)) {
            return Optional.empty();
        }
        try {
            return new FileOwner(there, User.of(there), self()).advice();
        } catch (IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** Returns why this process may not read a file, and what to do. */
    public static String ofUnreadable(Path file) {
        try {
            return new FileOwner(file, User.of(file), self()).unreadable();
        } catch (IOException | UnsupportedOperationException e) {
            return "it cannot be read: let user %s read it, and its directory".formatted(ofThisProcess());
        }
    }

    String unreadable() {
        String path = quoted(file.toString());
        return owner.is(user)
                ? "it cannot be read: chmod u+r " + path
                : "it cannot be read, since it belongs to user %s, and this is user %s: sudo chmod a+r %s"
                        .formatted(owner.name(), user.name(), path);
    }

    /** A directory may be one of the system's: nobody is told to take that. */
    Optional<String> advice() {
        if (owner.is(user)) {
            return Optional.empty();
        }
        String whose = "\"%s\" belongs to user %s, and this is user %s".formatted(file, owner.name(), user.name());
        return Optional.of(
                Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        ? "%s: run it as one user always, and let that one have this file: sudo chown %s %s"
                                .formatted(whose, quoted(user.name()), quoted(file.toString()))
                        : "%s: name another directory, or run it as user %s".formatted(whose, owner.name()));
    }

    private static User self() {
        try {
            return User.of(OWN);
        } catch (IOException | UnsupportedOperationException e) {
            return new User(Optional.empty(), System.getProperty("user.name", "?"));
        }
    }

    private static String quoted(String word) {
        return word.matches("[A-Za-z0-9_][A-Za-z0-9_-]*") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
