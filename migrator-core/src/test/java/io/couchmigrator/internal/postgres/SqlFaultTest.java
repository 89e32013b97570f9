// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couchmigrator.TargetException;
import io.couchmigrator.internal.postgres.SqlFault.Kind;
import io.couchmigrator.internal.retry.PassingException;
import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

final class SqlFaultTest {
    private static final String SERVER = "PostgreSQL";

    @ParameterizedTest
    @CsvSource({
        "PASSING, 08000 08001 08003 08006 08007 08P01",
        "PASSING, 40000 40001 40002 40003 40P01",
        "PASSING, 53000 53100 53200 53300 53400",
        "PASSING, 55P03 57014 57P01 57P02 57P03 57P05 58000 58030 25006 25P03 25P04",
        "REFUSED, 08004 28000 28P01 3D000 3F000",
        "REFUSED, 22000 22001 22003 22021 22P02 22P05 22012 22007",
        "REFUSED, 23000 23001 23502 23503 23505 23514 23P01",
        "REFUSED, 21000 0A000 P0001 P0000 HV000",
        "REFUSED, 42501 42601 42703 42804 42883 42P01 42P10",
        "REFUSED, 54000 55000 XX000 57P04 25P02 2BP01"
    })
    void tellsWhoseFaultAStateIs(Kind kind, String states) {
        for (String state : states.split(" ", -1)) {
            assertThat(SqlFault.of(psql(state, "")).kind()).as(state).isEqualTo(kind);
        }
    }

    /** In whatever language the server speaks. */
    @Test
    void passesWhereATableChangedUnderAStatementThatTheServerKeeps() {
        assertThat(SqlFault.of(psql("0A000", "RRevalidateCachedQuery\0")).isPassing())
                .isTrue();
        assertThat(SqlFault.of(psql("0A000", "Rexec_stmt_raise\0")).isPassing()).isFalse();
        assertThat(SqlFault.of(psql("22000", "RRevalidateCachedQuery\0")).isPassing())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "54001, '', nested-too-deep, 'it is nested deeper than max_stack_depth of PostgreSQL allows: raise that, or flatten it ('",
        "22003, '', number-out-of-range, 'a number in it is beyond what its type holds, which is numeric within jsonb ('",
        "54000, nshop_pkey, too-long-for-index, 'its id, or another value, is longer than an index takes ('",
        "54000, Rindex_form_tuple_context, too-long-for-index, its id",
        "54000, RconvertJsonbArray, too-large, 'it, or a part of it, is larger than PostgreSQL takes of one value ('",
        "54000, '', too-large, it",
        "22003, WPL/pgSQL function f() line 1, refused-by-target, SQLSTATE 22003",
        "23514, ncheap, refused-by-target, SQLSTATE 23514"
    })
    void namesTheLimitOfTheServersThatAValueGoesBeyond(String state, String field, String code, String reason) {
        SqlFault fault = SqlFault.of(psql(state, field.isEmpty() ? "" : field + "\0"));

        assertThat(fault.code()).isEqualTo(code);
        assertThat(fault.reason()).startsWith(reason);
    }

    @Test
    void findsWhatTheServerSaidBehindABatchAndAPool() {
        BatchUpdateException batch = new BatchUpdateException("Batch entry 0 was aborted", null, new int[0]);
        batch.setNextException(psql("22001", ""));
        SQLException pool = new SQLTransientConnectionException("timed out", psql("28P01", ""));

        assertThat(SqlFault.of(batch).sqlState()).isEqualTo("22001");
        assertThat(SqlFault.of(pool).kind()).isEqualTo(Kind.REFUSED);
    }

    /** The driver gives the error that it was as the cause of every one after it. */
    @Test
    void tellsTheErrorThatAbortedATransactionAndNotThatItIsAborted() {
        PSQLException aborted = psql("25P02", "Mcurrent transaction is aborted\0");
        aborted.initCause(psql("42501", "Mpermission denied for table notes\0"));

        assertThat(SqlFault.of(aborted).seen()).isEqualTo("permission denied for table notes (SQLSTATE 42501)");
        assertThat(Begun.isAborted(aborted)).isTrue();
        assertThat(SqlFault.of(psql("25P02", "Mcurrent transaction is aborted\0"))
                        .seen())
                .isEqualTo("current transaction is aborted (SQLSTATE 25P02)");
    }

    @Test
    void takesAPoolThatGaveNoReasonForOneThatMayRecover() {
        assertThat(SqlFault.of(new SQLTransientConnectionException("timed out")).kind())
                .isEqualTo(Kind.PASSING);
        assertThat(SqlFault.of(new SQLRecoverableException("gone")).kind()).isEqualTo(Kind.PASSING);
        assertThat(SqlFault.of(new SQLException("whatever")).kind()).isEqualTo(Kind.REFUSED);
    }

    @Test
    void findsTheStateInALoopOfCauses() {
        SQLException outer = new SQLException("outer");
        SQLException inner = new SQLException("inner", outer);
        outer.initCause(inner);

        assertThat(SqlFault.of(outer).kind()).isEqualTo(Kind.REFUSED);
    }

    @Test
    void namesAHostThatHasNoAddress() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"db.nosuch.invalid"});

        assertThatThrownBy(source::getConnection)
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(SqlFault.of(e))
                                .satisfies(fault -> assertThat(fault.kind()).isEqualTo(Kind.PASSING))
                                .satisfies(
                                        fault -> assertThat(fault.seen())
                                                .isEqualTo(
                                                        "there is no host \"db.nosuch.invalid\", check its name and the name server (SQLSTATE 08001)")));
    }

    @Test
    void saysWhatItIsAboutWithoutTheValues() {
        SQLException e = psql("23505", "tblobs\0nblobs_key\0Mduplicate key\0DKey (key)=(secret) already exists.\0");

        SqlFault fault = SqlFault.of(e);

        assertThat(fault.table()).hasValue("blobs");
        assertThat(fault.constraint()).hasValue("blobs_key");
        assertThat(fault.withoutValues()).isEqualTo("SQLSTATE 23505 on constraint blobs_key of table blobs");
        assertThat(fault.toString()).doesNotContain("secret");
        assertThat(SqlFault.of(psql("23502", "cdomain\0")).withoutValues())
                .isEqualTo("SQLSTATE 23502 on column domain");
    }

    @Test
    void tellsWhatAFunctionOfTheTargetsRaised() {
        String said = "no\n" + "\ud83d\ude00".repeat(300);

        assertThat(SqlFault.of(psql("P0001", "Rexec_stmt_raise\0M" + said + "\0"))
                        .raised())
                .hasValue("no " + "\ud83d\ude00".repeat(197) + "…");
        assertThat(SqlFault.of(psql("23514", "Rexec_stmt_raise\0Mnot today\0")).raised())
                .hasValue("not today");
        assertThat(SqlFault.of(psql("23514", "RExecConstraints\0Mviolates check\0"))
                        .raised())
                .isEmpty();
    }

    /** Even where the server notices it inside a function. */
    @ParameterizedTest
    @CsvSource({
        "40001, exec_stmt_raise, PL/pgSQL function f() line 3 at RAISE, REFUSED",
        "55P03, exec_stmt_raise, PL/pgSQL function f() line 3 at RAISE, REFUSED",
        "08001, exec_stmt_raise, PL/pgSQL function f() line 3 at RAISE, REFUSED",
        "08004, exec_stmt_raise, PL/pgSQL function f() line 3 at RAISE, REFUSED",
        "25006, exec_stmt_raise, PL/pgSQL function f() line 3 at RAISE, REFUSED",
        "57014, exec_stmt_raise, PL/pgSQL function f() line 3 at RAISE, REFUSED",
        "40P01, DeadLockReport, PL/pgSQL function f() line 3 at SQL statement, PASSING",
        "40001, ExecUpdate, PL/pgSQL function f() line 3 at SQL statement, PASSING",
        "55P03, ProcSleep, PL/pgSQL function f() line 3 at SQL statement, PASSING",
        "57014, ProcessInterrupts, PL/pgSQL function f() line 3 at RAISE, PASSING"
    })
    void tellsWhatAFunctionRaisedFromWhatTheServerMet(String state, String routine, String where, Kind kind) {
        SqlFault fault = SqlFault.of(psql(state, "R%s\0W%s\0Mno\0".formatted(routine, where)));

        assertThat(fault.kind()).isEqualTo(kind);
        assertThat(fault.isOfTooMuch()).isEqualTo(state.equals("57014") && kind == Kind.PASSING);
    }

    /** A function may choose any state, also one whose messages of the server's own are shown. */
    @ParameterizedTest
    @ValueSource(strings = {"40001", "55P03", "42501", "P0001"})
    void showsNothingOfWhatAFunctionOfTheTargetsRaised(String state) {
        PSQLException raised = psql(state, "Rexec_stmt_raise\0Mnot for a secret\0");

        assertThat(SqlFault.of(raised).seen()).isEqualTo("SQLSTATE " + state);
        assertThat(SqlFault.withoutValues(raised).getMessage()).doesNotContain("secret");
        assertThat(SqlFault.of(psql(state.replace("P0001", "42501"), "Mcould not\0"))
                        .seen())
                .startsWith("could not");
    }

    @Test
    void tellsWhatLessToDoMayPass() {
        assertThat(SqlFault.of(psql("57014", "")).isOfTooMuch()).isTrue();
        assertThat(SqlFault.of(psql("25P04", "")).isOfTooMuch()).isTrue();
        assertThat(SqlFault.of(psql("53400", "")).isOfTooMuch()).isTrue();
        assertThat(SqlFault.of(psql("53200", "")).isOfTooMuch()).isFalse();
        assertThat(SqlFault.of(psql("25P03", "")).isOfTooMuch()).isFalse();
    }

    @Test
    void tellsFaultsOfOneConstraintFromThoseOfAnother() {
        assertThat(SqlFault.of(psql("23514", "na\0")).likeness())
                .isEqualTo(SqlFault.of(psql("23514", "na\0Mother words\0")).likeness())
                .isNotEqualTo(SqlFault.of(psql("23514", "nb\0")).likeness())
                .isNotEqualTo(SqlFault.of(psql("23505", "na\0")).likeness());
    }

    @Test
    void tellsOneRaiseOfAFunctionFromAnother() {
        String at = "Rexec_stmt_raise\0WPL/pgSQL function f() line %s at RAISE\nSQL statement \"%s\"\0";

        assertThat(SqlFault.of(psql("P0001", at.formatted(3, "one"))).likeness())
                .isEqualTo(SqlFault.of(psql("P0001", at.formatted(3, "other"))).likeness())
                .isNotEqualTo(SqlFault.of(psql("P0001", at.formatted(5, "one"))).likeness());
    }

    @Test
    void adviseWhereWaitingWillNotHelp() {
        PGSimpleDataSource target = new PGSimpleDataSource();
        target.setUrl("jdbc:postgresql://db.example.org:5433/hq?user=hq&password=secret");
        String server = TargetName.of(target);

        assertThatThrownBy(() -> Outages.connecting(server, psql("28P01", "Mpassword authentication failed\0")))
                .isInstanceOf(TargetException.class)
                .hasMessage(
                        "PostgreSQL at db.example.org:5433/hq: could not connect: password authentication failed (SQLSTATE 28P01): check user, password and TLS settings");
        PassingException passing =
                Outages.connecting(server, new PSQLException("no\nroute", PSQLState.CONNECTION_FAILURE));
        assertThat(passing.whenGivenUp())
                .hasMessageContaining("no route (SQLSTATE 08006)")
                .isInstanceOf(TargetException.class);
    }

    /** Its state is that of bad values, which it may show here: there is no row yet. */
    @Test
    void saysWhichTimeZoneTheServerDoesNotHave() {
        PSQLException refused = psql("22023", "Minvalid value for parameter \"TimeZone\": \"Mars/Base\"\0");

        assertThatThrownBy(() -> Outages.connecting(SERVER, refused))
                .isInstanceOf(TargetException.class)
                .hasMessageEndingWith(
                        ": could not connect: invalid value for parameter \"TimeZone\": \"Mars/Base\" (SQLSTATE 22023):"
                                + " the server has no such time zone: start Java with -Duser.timezone=UTC");
        assertThatThrownBy(() -> Outages.passing(SERVER, "write", refused)).hasMessageNotContaining("Mars");
    }

    @Test
    void saysThatACertificateIsForAnotherHost() {
        PSQLException refused = new PSQLException(
                "The hostname 10.0.0.1 could not be verified by hostnameverifier PgjdbcHostnameVerifier.",
                PSQLState.CONNECTION_FAILURE);

        assertThatThrownBy(() -> Outages.connecting(SERVER, refused))
                .isInstanceOf(TargetException.class)
                .hasMessageContaining("10.0.0.1")
                .hasMessageEndingWith(
                        ": connect by a name that is in the server's certificate, or give the server one for this name");
    }

    @Test
    void saysThatTheServerHasNoConnectionLeft() {
        PassingException passing = Outages.connecting(SERVER, psql("53300", "Msorry, too many clients already\0"));

        assertThat(passing.whenGivenUp()).hasMessageContaining("end sessions that nobody needs");
    }

    /** Names that the driver made up, of statements that it left on another's server connection or does not find there. */
    @ParameterizedTest
    @ValueSource(strings = {"42P05", "26000"})
    void saysThatThePoolerMustNotMeetNamedStatements(String state) {
        Session session = new Session(new PGSimpleDataSource());

        assertThatThrownBy(() -> session.passing("write", psql(state, "Mprepared statement \"S_1\"\0")))
                .hasMessageEndingWith(
                        ": a pooler lends server connections on which statements have names: "
                                + "let every program behind it set prepareThreshold=0 in its URL, and end the connections that it has");
    }

    @Test
    void saysWhereAPasswordIsToBeGiven() {
        PGSimpleDataSource target = new PGSimpleDataSource();
        target.setDatabaseName("hq");
        String said = "The server requested SCRAM-based authentication, but no password was provided.";
        PSQLException missing = new PSQLException(said, PSQLState.CONNECTION_REJECTED);

        assertThatThrownBy(() -> Outages.connecting(TargetName.of(target), missing))
                .hasMessageStartingWith("PostgreSQL at localhost:5432/hq: could not connect: ")
                .hasMessageEndingWith(": set PGPASSWORD, or add the database to ~/.pgpass,"
                        + " or to the file that PGPASSFILE names, if that is set");
    }

    private static PSQLException psql(String state, String more) {
        return new PSQLException(new ServerErrorMessage("SERROR\0VERROR\0C" + state + "\0" + more));
    }
}
