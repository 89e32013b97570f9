// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import io.couchmigrator.TargetException.Lack;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What {@link Migrator#check} found. Immutable. What a server does not tell, or not this user, is empty, and no fault.
 *
 * @param source the CouchDB server
 * @param targets the databases of PostgreSQL: the main one, then those of shards, then those that only have a stage's table
 * @param stages what is known of each stage, in their order
 * @param freeBytes how much room the disk of the log directory has, in bytes
 * @param faults everything that would keep a run from its first document; empty if nothing would
 * @param verifyFaults what would keep a verification from its first document, but no run: columns that the user may write, and not read
 */
public record CheckReport(
        SourceCheck source,
        List<TargetCheck> targets,
        List<StageCheck> stages,
        OptionalLong freeBytes,
        List<MigrationException> faults,
        List<TargetException> verifyFaults) {
    public CheckReport {
        targets = List.copyOf(targets);
        stages = List.copyOf(stages);
        faults = List.copyOf(faults);
        verifyFaults = List.copyOf(verifyFaults);
    }

    /**
     * The CouchDB server.
     *
     * @param name what messages call it, with its address and without credentials
     * @param version its version; empty if it did not tell within the time of a check
     * @param tls whether it is spoken to over TLS
     */
    public record SourceCheck(String name, Optional<String> version, boolean tls) {}

    /**
     * A database of PostgreSQL.
     *
     * @param name what messages call it, with its address if the data source tells that
     * @param connectionsNeeded how many connections a run has to it
     * @param server what its server tells; empty if it could not be asked
     * @param tables the tables that stages write there
     */
    public record TargetCheck(String name, int connectionsNeeded, Optional<Server> server, List<TableCheck> tables) {
        public TargetCheck {
            tables = List.copyOf(tables);
        }
    }

    /**
     * What a server of PostgreSQL tells.
     *
     * @param version its version
     * @param database the database
     * @param user who one is there
     * @param tls whether the connection is one over TLS; empty if this user may not know
     * @param connections how many connections it has; empty if this user may not know
     */
    public record Server(
            String version, String database, String user, Optional<Boolean> tls, Optional<Connections> connections) {}

    /**
     * How many connections a server has for a run, by the limit that leaves the fewest.
     *
     * @param limitOf whose limit that is
     * @param most how many it allows, without those that are kept for super-users
     * @param others how many of them others have just now, about
     */
    public record Connections(LimitOf limitOf, int most, int others) {
        /** Whose a limit of connections is. */
        public enum LimitOf {
            /** That of the server, {@code max_connections}. */
            SERVER,
            /** That of the user, {@code alter role … connection limit}. */
            USER,
            /** That of the database, {@code alter database … connection limit}. */
            DATABASE
        }

        /** Returns how many are free for a run. */
        public int free() {
            return Math.max(0, most - others);
        }
    }

    /**
     * A table that is written.
     *
     * @param name its name
     * @param state what is known of its rows
     * @param rows how many it has; empty unless they were counted or estimated
     */
    public record TableCheck(TableName name, State state, OptionalLong rows) {
        /** @throws IllegalArgumentException if rows are told in a state without, or not told in one with them */
        public TableCheck {
            boolean isKnown = state == State.COUNTED || state == State.ESTIMATED;
            if (rows.isPresent() != isKnown) {
                throw new IllegalArgumentException(
                        "state %s with rows %s: expected rows where they were %s or %s, and nowhere else"
                                .formatted(state, rows, State.COUNTED, State.ESTIMATED));
            }
        }

        /** What is known of a table's rows. */
        public enum State {
            /** They were counted. */
            COUNTED,
            /** They are many: the number is the server's estimate. */
            ESTIMATED,
            /** The table does not exist, and a run creates it. */
            CREATED_BY_RUN,
            /** The table does not exist, and no run creates it. */
            MISSING,
            /** They could not be asked for. */
            UNKNOWN
        }
    }

    /**
     * One stage.
     *
     * @param stage the stage's name
     * @param description what it reads, for people
     * @param documents documents of the database, or rows of the table; empty if they could not be counted
     * @param skipped why the stage is skipped; empty if it is not
     * @param cluster how its database is spread over a cluster; empty if it is a table, or the server does not tell
     * @param reading how its documents would be read; empty if there is nothing to choose, or that could not be told
     */
    public record StageCheck(
            String stage,
            String description,
            OptionalLong documents,
            Optional<String> skipped,
            Optional<Cluster> cluster,
            Optional<CouchServer.Chosen> reading) {}

    /**
     * How a database of CouchDB is spread over a cluster.
     *
     * @param copies how many copies of each document are kept, n
     * @param shards in how many shards the documents are, q
     */
    public record Cluster(OptionalLong copies, OptionalLong shards) {}

    /** Returns the statements that grant the user what a run or a verification lacks, for whoever may grant it; each fault may tell one. */
    public List<String> grants() {
        return Stream.concat(faults.stream(), verifyFaults.stream())
                .filter(TargetException.class::isInstance)
                .flatMap(fault -> ((TargetException) fault).lack().stream())
                .map(Lack::grant)
                .distinct()
                .toList();
    }
}
