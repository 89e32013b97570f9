// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.chaos;

import io.couchmigrator.testkit.couch.CouchRequest;
import io.couchmigrator.testkit.couch.Fault;
import io.couchmigrator.testkit.couch.Requests;
import io.couchmigrator.testkit.faults.FaultRule;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;

/** What goes wrong with answers of CouchDB. */
enum FaultKind {
    STATUS_408("status 408", Reach.SOME, random -> Fault.status(408)),
    STATUS_429("status 429", Reach.STORM, random -> Fault.status(429)),
    STATUS_429_LATER("status 429 with Retry-After", Reach.STORM, random -> Fault.status(429)
            .retryAfter(1)),
    STATUS_500("status 500", Reach.STORM, random -> Fault.status(500)),
    STATUS_502(
            "status 502 from a proxy", Reach.SOME, random -> Fault.status(502).body("<html>Bad Gateway</html>")),
    STATUS_503("status 503", Reach.STORM, random -> Fault.status(503)),
    STATUS_503_LATER("status 503 with Retry-After", Reach.STORM, random -> Fault.status(503)
            .retryAfter(1)),
    STATUS_504("status 504", Reach.SOME, random -> Fault.status(504)),
    STATUS_401("status 401", Reach.ONE, random -> Fault.status(401)),
    STATUS_404("status 404", Reach.ONE, random -> Fault.status(404)),
    REDIRECT("redirect", Reach.ONE, random -> Fault.redirect("https://login.example.org/")),
    EMPTY_OBJECT("empty object instead of the answer", Reach.SOME, random -> Fault.status(200)
            .body("{}")),
    SIGN_IN_PAGE("sign-in page instead of the answer", Reach.SOME, random -> Fault.status(200)
            .body("<html>Sign in</html>")),
    DISCONNECT("connection closed", Reach.SOME, random -> Fault.disconnect()),
    SILENCE("silence", Reach.SOME, random -> Fault.silence()),
    CUT_EARLY("cut early", Reach.SOME, random -> Fault.cutAfterBytes(early(random))),
    CUT_PAGE("page cut", Reach.PAGES, random -> Fault.cutAfterBytes(late(random))),
    CUT_ROWS("page cut between rows", Reach.PAGES, random -> Fault.cutAfterRows(random.nextInt(20))),
    STALL_EARLY("stall", Reach.SOME, random -> Fault.stallAfterBytes(early(random))),
    STALL_PAGE("page stalled", Reach.PAGES, random -> Fault.stallAfterBytes(late(random))),
    TRUNCATED("truncated", Reach.SOME, random -> Fault.truncateAfterBytes(early(random))),
    TRUNCATED_PAGE("page truncated", Reach.PAGES, random -> Fault.truncateAfterBytes(late(random))),
    CORRUPT("corrupt byte", Reach.SOME, random -> Fault.corruptByte(early(random))),
    CORRUPT_PAGE("corrupt byte in a page", Reach.PAGES, random -> Fault.corruptByte(late(random))),
    DRIBBLE("slow", Reach.SOME, random -> Fault.dribble(20_000, Duration.ofMillis(20))),
    FALSE_OFFSET(
            "false offset",
            Reach.RANKS,
            random -> Fault.falseOffset((1L + random.nextInt(50)) * (random.nextBoolean() ? 1 : -1))),
    NULL_BODY("null body", Reach.DOCUMENT, random -> Fault.disconnect()),
    /** Told apart from a change only where nothing changes, so it has stories of its own. */
    ROW_LEFT_OUT("row left out of a page", Reach.DOCUMENT, random -> Fault.disconnect());

    private static final List<FaultKind> EVERYWHERE = Arrays.stream(values())
            .filter(kind -> kind != ROW_LEFT_OUT && kind != FALSE_OFFSET)
            .toList();

    private final String description;
    private final Reach reach;
    /** Lambdas that hold nothing. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final Function<Random, Fault> maker;

    FaultKind(String description, Reach reach, Function<Random, Fault> maker) {
        this.description = description;
        this.reach = reach;
        this.maker = maker;
    }

    /** Which requests it hits, and how often. */
    private enum Reach {
        ONE,
        SOME,
        STORM,
        PAGES,
        RANKS,
        DOCUMENT
    }

    /** Draws one for a story in which documents change, or one that pages may hide rows from. */
    static FaultKind drawn(boolean hiding, Random random) {
        if (random.nextInt(6) == 0) {
            return hiding ? ROW_LEFT_OUT : FALSE_OFFSET;
        }
        return EVERYWHERE.get(random.nextInt(EVERYWHERE.size()));
    }

    /** Draws when it happens. */
    FaultRule<Fault, CouchRequest> rule(Ledger ledger, Random random) {
        long seed = random.nextLong();
        int few = 2 + random.nextInt(8);
        double chance = 0.2 + 0.6 * random.nextDouble();
        if (reach == Reach.DOCUMENT) {
            String id = ledger.anyId();
            Fault fault = this == NULL_BODY ? Fault.hideBody(id) : Fault.omitRow(id);
            return fault.on(holding(id, ledger)).times(1 + random.nextInt(2));
        }
        Fault fault = maker.apply(random);
        return switch (reach) {
            case ONE -> fault.on(Requests.any()).after(random.nextInt(80)).once();
            case STORM ->
                fault.on(Requests.any())
                        .after(spared(random))
                        .chance(0.3 + 0.7 * random.nextDouble(), seed)
                        .times(4 + random.nextInt(12));
            case PAGES ->
                fault.on(Requests.pages().or(Requests.finds()))
                        .chance(chance, seed)
                        .times(few);
            case RANKS -> fault.on(Requests.allDocs()).chance(chance, seed).times(few);
            default ->
                fault.on(Requests.any())
                        .after(spared(random))
                        .chance(chance, seed)
                        .times(few);
        };
    }

    @Override
    public String toString() {
        return description;
    }

    private static Predicate<CouchRequest> holding(String id, Ledger ledger) {
        return Requests.pages().and(page -> ledger.isOnPage(id, page));
    }

    /** Two times in three a run gets through its checks, which few faults are needed to fail. */
    private static int spared(Random random) {
        return random.nextInt(3) == 0 ? random.nextInt(10) : 10 + random.nextInt(40);
    }

    /** Within the shortest answer there is. */
    private static long early(Random random) {
        return random.nextInt(35);
    }

    private static long late(Random random) {
        return 35L + random.nextInt(1_500);
    }
}
