// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.settings;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The variables of libpq that say where, as whom and how safely one connects, beside those that name the server and the
 * user. What the driver understands in the same words is handed on, the rest is refused: a program that heeds a part of what
 * is set may write elsewhere than psql reads. The variables that are not named here change none of these, and are ignored.
 */
final class LibpqVariables {
    private static final Map<String, String> PROPERTIES = Map.of(
            "PGSSLROOTCERT", "sslrootcert",
            "PGSSLCERT", "sslcert",
            "PGSSLKEY", "sslkey",
            "PGSSLNEGOTIATION", "sslNegotiation",
            "PGCHANNELBINDING", "channelBinding",
            "PGREQUIREAUTH", "requireAuth",
            "PGGSSENCMODE", "gssEncMode");

    private static final List<Refused> REFUSED = List.of(
            new Refused(
                    "PGSERVICE",
                    "service",
                    "set PGHOST, PGPORT, PGDATABASE and PGUSER to what the service says instead"),
            new Refused("PGHOSTADDR", PostgresSettings.HOST, "set PGHOST to the address instead"),
            new Refused(
                    "PGOPTIONS",
                    "options",
                    "set it for the role by ALTER ROLE ... SET, or use --jdbc-url with the parameter options instead"),
            new Refused("PGREQUIRESSL", "sslmode", "set PGSSLMODE to require instead"),
            new Refused("PGSSLCRL", "", "no list of revoked certificates can be named"),
            new Refused("PGSSLCRLDIR", "", "no list of revoked certificates can be named"));

    private final Values values;

    LibpqVariables(Values values) {
        this.values = values;
    }

    /** Adds a fault for each variable that is refused, unless a URL tells the same; {@code told} are its parameters. */
    void refuse(Set<String> told, Faults faults) {
        REFUSED.stream()
                .filter(refused -> values.variable(refused.name()).isPresent() && !told.contains(refused.parameter()))
                .forEach(refused -> faults.add("%s is set, which is not heeded: %s, and unset it"
                        .formatted(refused.name(), refused.instead())));
    }

    /** Gives each property of the driver that a variable tells, and its value. */
    void handOn(BiConsumer<String, String> set) {
        PROPERTIES.forEach((variable, property) ->
                values.variable(variable).ifPresent(value -> set.accept(property, value.text())));
    }

    private record Refused(String name, String parameter, String instead) {}
}
