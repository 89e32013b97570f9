// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.command;

import io.couchmigrator.Listener;
import io.couchmigrator.Progress;
import io.couchmigrator.Rejection;
import io.couchmigrator.cli.console.Console;
import io.couchmigrator.cli.text.Numbers;
import io.couchmigrator.cli.text.Secrets;

/** Tells each batch, each attempt that failed and each document that is rejected, or no longer is. */
final class VerboseListener implements Listener {
    private final Console console;

    VerboseListener(Console console) {
        this.console = console;
    }

    @Override
    public void progressed(Progress progress) {
        console.line("%s: %s read, of which this run processed %s."
                .formatted(progress.stage(), Numbers.of(progress.read()), Numbers.of(progress.processed())));
    }

    @Override
    public void retrying(Wait wait) {
        console.error("%s: %s. Trying again.".formatted(wait.on(), Secrets.masked(wait.cause())));
    }

    @Override
    public void rejected(Rejection rejection) {
        console.error("%s: rejected %s: %s: %s"
                .formatted(rejection.stage(), rejection.id(), rejection.code(), rejection.reason()));
    }

    @Override
    public void resolved(String stage, String id) {
        console.line("%s: resolved %s".formatted(stage, id));
    }
}
