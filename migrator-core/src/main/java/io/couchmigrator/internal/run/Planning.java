// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.run;

import io.couchmigrator.Stage;
import io.couchmigrator.internal.offsets.History;
import io.couchmigrator.internal.offsets.RangeOffset;
import io.couchmigrator.internal.offsets.StageOffset;
import io.couchmigrator.internal.offsets.StageOffset.Phase;
import io.couchmigrator.internal.offsets.TableClaims;
import io.couchmigrator.internal.postgres.Ownership.Claimed;
import io.couchmigrator.internal.source.Feed;
import io.couchmigrator.internal.target.TargetDatabase;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * From where a stage is read: from its beginning, by a plan that is saved before anything is read, or from where an earlier run left it.
 *
 * @param claims to the tables that the stage owns
 */
record Planning<S>(Stage<S, ?> stage, Feed<S> feed, Worksite site, Checkpoints checkpoints, List<Claimed> claims) {
    /** Takes note of the claims before anything is read: where they do not follow from those that were saved, all is to be read again. */
    void claimed() {
        StageOffset saved = checkpoints.saved(stage.name());
        if (saved == null || claims.isEmpty()) {
            return;
        }
        Optional<String> interruption = saved.isToBePlanned() ? Optional.empty() : interruption(saved.claims());
        interruption.ifPresent(why -> site.reporter()
                .tell(to -> to.warned(
                        "Stage \"%s\" is read again from its beginning: %s. Rows that are right are not touched."
                                .formatted(stage.name(), why))));
        StageOffset now = interruption.isPresent() ? saved.anew(stage.definition()) : saved;
        checkpoints.keep(now.claimedBy(ours()));
        checkpoints.saveIfChanged();
    }

    /** Returns why its tables are not as it left them, a sentence; empty if they are. */
    private Optional<String> interruption(List<TableClaims> saved) {
        if (saved.size() != claims.size()) {
            return Optional.of("the offset file does not say by what its table was claimed");
        }
        List<TargetDatabase> databases = site.target().databases();
        return IntStream.range(0, saved.size())
                .mapToObj(i -> claims.get(i).interruption(saved.get(i)).map(databases.get(i)::told))
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Begins the stage. */
    StageState begun() {
        StageOffset plan = plan();
        StageState fresh = checkpoints.keep(plan);
        remember(plan);
        return fresh;
    }

    /** Plans the stage anew, so that all its ranges are to be read. */
    void again(StageState now) {
        StageOffset plan = plan();
        now.anew(plan);
        remember(plan);
    }

    /** Goes on. What an earlier version saved as one range may be cut now. */
    StageState resumed(StageOffset saved) {
        StageState now = checkpoints.keep(saved);
        if (saved.phase() == Phase.READING) {
            now.ranges(feed.cut(saved.ranges()));
            checkpoints.saveIfChanged();
        }
        return now;
    }

    private StageOffset plan() {
        Feed.Plan plan = feed.plan(site.target().own().main());
        return StageOffset.planned(
                        stage.name(),
                        stage.definition(),
                        plan.database(),
                        plan.sequence(),
                        plan.total(),
                        site.clock().instant(),
                        feed.cut(List.of(RangeOffset.of(null, null))))
                .claimedBy(ours());
    }

    private List<TableClaims> ours() {
        return claims.stream().map(Claimed::remembered).toList();
    }

    private void remember(StageOffset plan) {
        checkpoints.saveIfChanged();
        site.reporter().remember(History.PLANNED, stage.name(), plan.total());
    }
}
