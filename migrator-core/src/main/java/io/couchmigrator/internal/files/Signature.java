// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.couchmigrator.MigrationInfo.Holder;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/** What a holder of a lock says of itself in the lock's file. */
record Signature(String text) {
    private static final int MOST_OF_A_HOLDER = 4096;

    /** Returns this process's. */
    static Signature own(Instant now) {
        JsonObject holder = new JsonObject();
        holder.addProperty("pid", ProcessHandle.current().pid());
        holder.addProperty("host", host());
        holder.addProperty("since", now.toString());
        return new Signature(JsonFiles.line(holder) + "\n");
    }

    /** Reads the one in an open file, from where that stands. */
    static Signature in(RandomAccessFile file) throws IOException {
        byte[] bytes = new byte[MOST_OF_A_HOLDER];
        int read = file.read(bytes);
        return new Signature(new String(bytes, 0, Math.max(0, read), StandardCharsets.UTF_8));
    }

    /** Reads the one in a file that this process has not locked. */
    static Signature in(Path path) throws IOException {
        try (InputStream file = Files.newInputStream(path)) {
            return new Signature(new String(file.readNBytes(MOST_OF_A_HOLDER), StandardCharsets.UTF_8));
        }
    }

    /** Replaces the one in an open file. */
    void write(RandomAccessFile file) throws IOException {
        file.setLength(0);
        file.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns who signed; empty if the text does not tell. */
    Optional<Holder> holder() {
        try {
            JsonObject holder = JsonParser.parseString(text).getAsJsonObject();
            return Optional.of(new Holder(
                    holder.get("pid").getAsLong(),
                    holder.get("host").getAsString(),
                    Instant.parse(holder.get("since").getAsString())));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /** Returns who signed, for people. */
    String described() {
        return holder().map(holder ->
                        "process %s on host %s, since %s".formatted(holder.pid(), holder.host(), holder.since()))
                .orElse("another run");
    }

    /** Returns this host's name, or what stands for it. */
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            String name = System.getenv("HOSTNAME");
            return name == null ? "unknown" : name;
        }
    }
}
