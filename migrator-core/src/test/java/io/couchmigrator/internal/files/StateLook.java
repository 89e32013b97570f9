// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.files;

import io.couchmigrator.MigrationInfo;
import java.nio.file.Path;

/** Another process that says in which state the migration {@code orders} is. */
final class StateLook {
    private StateLook() {}

    public static void main(String[] arguments) {
        System.out.println(MigrationInfo.of(Path.of(arguments[0]), "orders").state());
    }
}
