// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.internal.postgres;

import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.postgresql.ds.common.BaseDataSource;

/** How messages call the target: with hosts, ports and database where its data source tells them, never more. */
public final class TargetName {
    private static final String PLAIN = "PostgreSQL";
    private static final int DEFAULT_PORT = 5432;

    private TargetName() {}

    /** Returns the name, such as {@code PostgreSQL at localhost:5432/commcarehq}. Connects to nothing. */
    public static String of(DataSource target) {
        // Only the driver's own: what another would be asked for to get at it may take its time, or lend a connection.
        return target instanceof BaseDataSource driver ? of(driver) : PLAIN;
    }

    private static String of(BaseDataSource target) {
        String[] hosts = target.getServerNames();
        int[] ports = target.getPortNumbers();
        List<String> servers = new ArrayList<>();
        for (int i = 0; i < hosts.length; i++) {
            servers.add(hosts[i] + ":" + (i < ports.length && ports[i] > 0 ? ports[i] : DEFAULT_PORT));
        }
        return "%s at %s/%s".formatted(PLAIN, String.join(",", servers), target.getDatabaseName());
    }
}
