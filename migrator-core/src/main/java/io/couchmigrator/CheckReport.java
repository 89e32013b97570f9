// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@link Migrator#check} found. Immutable. What a server does not tell, or not this user, is empty, and no fault.
 *
 * @param source the CouchDB server
 * @param targets the databases of PostgreSQL: the main one, then those of shards, then those that only have a stage's table
 * @param stages what is known of each stage, in their order
 * @param freeBytes how much room the disk of the log directory has, in bytes
 * @param faults everything that would keep a run from its first document; empty if nothing would
 */
public record CheckReport(
        SourceCheck source,
        List<TargetCheck> targets,
        List<StageCheck> stages,
        OptionalLong freeBytes,
        List<MigrationException> faults) {
    public CheckReport {
        targets = List.copyOf(targets);
        stages = List.copyOf(stages);
        faults = List.copyOf(faults);
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
     * @param connections how many connections a run has to it
     * @param server what its server tells; empty if it could not be asked
     * @param tables the tables that stages write there
     */
    public record TargetCheck(String name, int connections, Optional<Server> server, List<TableCheck> tables) {
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
     * @param tls whether the connection is one over TLS
     * @param maxConnections how many connections it lets users have that are no super-users
     * @param otherConnections how many others have just now, about
     */
    public record Server(
            String version, String database, String user, boolean tls, int maxConnections, int otherConnections) {
        /** Returns how many connections are free for a run. */
        public int freeConnections() {
            return Math.max(0, maxConnections - otherConnections);
        }
    }

    /**
     * A table that is written.
     *
     * @param name its name
     * @param rows how many rows it has; 0 if it does not exist yet, empty if that could not be asked
     * @param exact whether they were counted; else it is the server's estimate, since they are many
     */
    public record TableCheck(String name, OptionalLong rows, boolean exact) {}

    /**
     * One stage.
     *
     * @param stage the stage's name
     * @param description what it reads, for people
     * @param documents documents of the database, or rows of the table; empty if they could not be counted
     * @param skipped why the stage is skipped; empty if it is not
     * @param cluster how its database is spread over a cluster; empty if it is a table, or the server does not tell
     */
    public record StageCheck(
            String stage,
            String description,
            OptionalLong documents,
            Optional<String> skipped,
            Optional<Cluster> cluster) {}

    /**
     * How a database of CouchDB is spread over a cluster.
     *
     * @param copies how many copies of each document are kept, n
     * @param shards in how many shards the documents are, q
     */
    public record Cluster(OptionalLong copies, OptionalLong shards) {}

    /** Returns the statements that grant the user what is missing, for whoever may grant it; each fault may tell one. */
    public List<String> grants() {
        return faults.stream()
                .map(fault ->
                        fault instanceof TargetException target ? target.grant().orElse(null) : null)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }
}
