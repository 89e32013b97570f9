// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import io.couchmigrator.CouchServer;
import io.couchmigrator.CouchServer.Reading;
import io.couchmigrator.cli.settings.Values.Value;
import io.couchmigrator.cli.text.IoReason;
import io.couchmigrator.cli.text.Secrets;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Where CouchDB is and who we are to it. No message shows a password. */
final class CouchSettings {
    private final Values values;
    private final Faults faults;
    private final List<String> warnings;

    CouchSettings(Values values, Faults faults, List<String> warnings) {
        this.values = values;
        this.faults = faults;
        this.warnings = warnings;
    }

    /** Returns the server; empty, with a fault added, if it is not told or not fit. */
    Optional<CouchServer> server(Duration connectTimeout, Duration readTimeout) {
        Optional<CouchServer.Builder> named = named();
        Reading reading = reading();
        if (named.isEmpty()) {
            return Optional.empty();
        }
        CouchServer.Builder builder = named.get()
                .connectTimeout(connectTimeout)
                .readTimeout(readTimeout)
                .reading(reading);
        CouchServer inUrl = builder.build();
        Optional<String> user = values.of(Setting.COUCH_USER).map(Value::text).or(inUrl::user);
        Optional<String> password =
                password().or(() -> inUrl.password().filter(text -> !text.isEmpty() && user.equals(inUrl.user())));
        if (user.isPresent() && password.isPresent()) {
            return Optional.of(builder.credentials(user.get(), password.get()).build());
        }
        boolean passwordTold = values.of(Setting.COUCH_PASSWORD_FILE).isPresent();
        if (user.isPresent() && !passwordTold) {
            faults.add("there is no password for the CouchDB user \"%s\": set COUCHDB_PASSWORD, or use %s"
                    .formatted(user.get(), Setting.COUCH_PASSWORD_FILE.option()));
        }
        if (password.isPresent()) {
            faults.add("there is a password for CouchDB, but no user: set COUCHDB_USER, or use "
                    + Setting.COUCH_USER.option());
        }
        return user.isPresent() || password.isPresent() || passwordTold ? Optional.empty() : Optional.of(inUrl);
    }

    private Reading reading() {
        Value value = values.of(Setting.READ).orElseThrow();
        for (Reading reading : Reading.values()) {
            if (value.text().equals(reading.name().toLowerCase(Locale.ROOT))) {
                return reading;
            }
        }
        faults.add("%s is \"%s\": expected auto, whole or fields".formatted(value.place(), value.text()));
        return Reading.AUTO;
    }

    private Optional<CouchServer.Builder> named() {
        Optional<Value> url = values.of(Setting.COUCH_URL);
        if (url.isEmpty()) {
            faults.add("there is no CouchDB server: set COUCHDB_URL, or use --couch-url=http://HOST:5984/");
            return Optional.empty();
        }
        if (url.get().origin() == Origin.COMMAND_LINE && Secrets.in(url.get().text())) {
            faults.add("--couch-url holds a password, which every user of this machine can read: take it out and set"
                    + " COUCHDB_PASSWORD (or set COUCHDB_URL to the whole URL)");
            return Optional.empty();
        }
        try {
            return Optional.of(CouchServer.builder(url.get().text()));
        } catch (IllegalArgumentException e) {
            faults.add("%s: %s".formatted(url.get().place(), e.getMessage()));
            return Optional.empty();
        }
    }

    private Optional<String> password() {
        Optional<Value> file = values.of(Setting.COUCH_PASSWORD_FILE);
        Optional<Value> password = values.of(Setting.COUCH_PASSWORD);
        boolean fileWins = file.isPresent()
                && (password.isEmpty()
                        || file.get().origin().compareTo(password.get().origin()) <= 0);
        return fileWins ? firstLine(file.get()) : password.map(Value::text);
    }

    private Optional<String> firstLine(Value file) {
        try {
            Path path = Path.of(file.text());
            try (BufferedReader lines = Files.newBufferedReader(path)) {
                String line = lines.readLine();
                if (line == null || line.isEmpty()) {
                    faults.add("%s is %s, whose first line is empty: expected the password there"
                            .formatted(file.place(), path));
                    return Optional.empty();
                }
                SecretFile.warning(path).ifPresent(warnings::add);
                return Optional.of(line);
            }
        } catch (InvalidPathException e) {
            faults.add("%s is no path: %s".formatted(file.place(), e.getReason()));
        } catch (IOException e) {
            faults.add("%s is %s, which cannot be read: %s".formatted(file.place(), file.text(), IoReason.of(e)));
        }
        return Optional.empty();
    }
}
