// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.target;

import io.couchmigrator.TargetException;
import io.couchmigrator.internal.postgres.Outages;
import io.couchmigrator.internal.postgres.Session;
import io.couchmigrator.internal.postgres.SqlFault;
import io.couchmigrator.internal.postgres.TargetName;
import io.couchmigrator.internal.postgres.Timeline;
import io.couchmigrator.internal.postgres.WrittenOids;
import io.couchmigrator.internal.retry.PassingException;
import io.couchmigrator.internal.retry.Patience;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import javax.sql.DataSource;

/** The connections of a run: one for each worker and one more, borrowed together so that a small pool shows at once. */
final class Sessions implements AutoCloseable {
    private final String name;
    private final DataSource target;
    private final List<Session> sessions = new ArrayList<>();
    private final int needed;
    private final Duration longestWait;

    Sessions(DataSource target, int workers) {
        this(target, TargetName.of(target), workers);
    }

    /** @param name what messages call the target */
    Sessions(DataSource target, String name, int workers) {
        this(target, name, workers, Session.LONGEST_WAIT);
    }

    Sessions(DataSource target, String name, int workers, Duration longestWait) {
        this.target = target;
        this.name = name;
        this.longestWait = longestWait;
        this.needed = workers + 1;
        for (int i = 0; i < needed; i++) {
            sessions.add(new Session(target, name));
        }
    }

    /**
     * Borrows all connections that are not there.
     *
     * @throws TargetException if the target cannot be reached, or does not give that many
     */
    void open(Patience patience) {
        for (int i = 0; i < needed; i++) {
            Session session = sessions.get(i);
            int had = i;
            patience.persist(() -> opened(session, had));
        }
    }

    /** Holds all of them to this timeline, also after they were replaced. */
    void hold(Timeline timeline) {
        sessions.forEach(session -> session.hold(timeline));
    }

    void hold(WrittenOids written) {
        sessions.forEach(session -> session.hold(written));
    }

    /** Lets each of them ask here before every transaction. */
    void ask(Session.Gate gate) {
        sessions.forEach(session -> session.ask(gate));
    }

    /** Where they come from. */
    DataSource source() {
        return target;
    }

    /** What messages call the target. */
    String name() {
        return name;
    }

    /** How many they are. */
    int needed() {
        return needed;
    }

    /** The connection of the run itself. */
    Session own() {
        return sessions.get(0);
    }

    /** The connection of a worker, counted from 0. */
    Session worker(int index) {
        return sessions.get(index + 1);
    }

    /** Returns whether one of them is so. */
    boolean has(Predicate<Session> how) {
        return sessions.stream().anyMatch(how);
    }

    /** Returns what they have in hand now. By any thread. */
    List<Session.Transaction> inHand() {
        return sessions.stream().flatMap(session -> session.inHand().stream()).toList();
    }

    /** Gives up what they have in hand, by any thread. */
    void giveUp() {
        sessions.forEach(Session::giveUp);
    }

    /** Breaks their connections, by any thread. */
    void cut() {
        sessions.forEach(Session::cut);
    }

    @Override
    public void close() {
        sessions.forEach(Session::close);
    }

    private boolean opened(Session session, int had) throws PassingException {
        try {
            if (!session.isOpen()) {
                session.open(longestWait);
            }
            return true;
        } catch (SQLException e) {
            if (had > 0 && isOfNumber(e)) {
                throw tooFew(had, e);
            }
            throw Outages.connecting(name, e);
        } catch (RuntimeException e) {
            throw new TargetException(
                    "could not connect to %s after %s of %s connections: %s: see the cause"
                            .formatted(name, had, needed, e),
                    e);
        }
    }

    /** Whether the server has no connection left, or a pool, which does not pass on an error of the server, has none. */
    private static boolean isOfNumber(SQLException e) {
        boolean waited = e instanceof SQLTransientConnectionException || e instanceof SQLTimeoutException;
        return isOfServersNumber(e) || (waited && !SqlFault.isOfServer(e));
    }

    private static boolean isOfServersNumber(SQLException e) {
        return SqlFault.of(e).sqlState().equals("53300");
    }

    private TargetException tooFew(int had, SQLException e) {
        return new TargetException(
                "could not borrow enough connections to %s: needed %s (one for each worker and one more), got %s: %s: %s, or read with fewer workers: workers(%s)"
                        .formatted(
                                name,
                                needed,
                                had,
                                SqlFault.of(e).seen(),
                                isOfServersNumber(e)
                                        ? "end sessions that nobody needs, or raise the limit of the server (max_connections), the database or the role"
                                        : "enlarge the pool",
                                Math.max(1, had - 1)),
                SqlFault.withoutValues(e));
    }
}
