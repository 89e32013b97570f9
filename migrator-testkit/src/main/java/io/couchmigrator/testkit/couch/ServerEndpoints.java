// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.Contents;
import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.couch.documents.JsonText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import okio.ByteString;

/** What a server says of itself, of its databases, and of a view. */
final class ServerEndpoints {
    private static final String FEATURES =
            "[\"quickjs\",\"access-ready\",\"partitioned\",\"pluggable-storage-engines\",\"reshard\",\"scheduler\"]";

    private final Pose pose;
    private final Databases databases;
    private final List<String> uuids;
    private final AtomicInteger welcomes = new AtomicInteger();

    ServerEndpoints(Pose pose, Databases databases, List<UUID> nodes) {
        this.pose = pose;
        this.databases = databases;
        this.uuids =
                nodes.stream().map(uuid -> uuid.toString().replace("-", "")).toList();
    }

    Answer welcome() {
        String vendor = "\"vendor\":{\"name\":\"The Apache Software Foundation\"}}";
        if (pose == Pose.OLD) {
            return Answer.json(
                    200,
                    "{\"couchdb\":\"Welcome\",\"version\":\"" + pose.version() + "\",\"features\":[\"scheduler\"],"
                            + vendor);
        }
        int node = pose == Pose.THREE_NODES ? welcomes.getAndIncrement() % uuids.size() : 0;
        return Answer.json(
                200,
                "{\"couchdb\":\"Welcome\",\"version\":\"" + pose.version() + "\",\"git_sha\":\"11f0d36\",\"uuid\":\""
                        + uuids.get(node) + "\",\"features\":" + FEATURES + "," + vendor);
    }

    Answer up() {
        return Answer.json(200, "{\"status\":\"ok\",\"seeds\":{}}");
    }

    Answer allDatabases() {
        List<String> names = databases.names().stream().map(JsonText::quote).toList();
        return Answer.json(200, "[" + String.join(",", names) + "]");
    }

    Answer database(Exchange exchange) {
        String name = exchange.request().database();
        return switch (exchange.request().method()) {
            case "GET", "HEAD" -> Answer.json(200, describe(databases.get(name)));
            case "PUT" -> {
                databases.create(name);
                yield Answer.json(201, "{\"ok\":true}");
            }
            case "DELETE" -> {
                databases.drop(name);
                yield Answer.json(200, "{\"ok\":true}");
            }
            default -> throw exchange.methodNotAllowed("DELETE,GET,HEAD,PUT");
        };
    }

    private String describe(CouchDatabase database) {
        Contents contents = database.contents();
        String startTime = pose == Pose.OLD ? "0" : String.valueOf(database.createdAt());
        return "{\"instance_start_time\":\"" + startTime + "\",\"db_name\":" + JsonText.quote(database.name())
                + ",\"purge_seq\":"
                + JsonText.quote(database.token(contents.purges().count()))
                + ",\"update_seq\":" + JsonText.quote(database.updateToken(contents.sequence()))
                + ",\"sizes\":{\"file\":41363,\"external\":411,\"active\":2421},\"props\":{},\"doc_del_count\":"
                + contents.deleted().size()
                + ",\"doc_count\":" + contents.live().size()
                + ",\"disk_format_version\":8,\"compact_running\":false,"
                + "\"cluster\":{\"q\":2,\"n\":1,\"w\":1,\"r\":1}}";
    }

    Answer view(CouchDatabase database, Exchange exchange) {
        exchange.query().refuse("key", "keys", "startkey", "endkey", "include_docs", "limit", "skip", "descending");
        List<String> names = exchange.request().names();
        Optional<Map<String, Long>> counts = database.counts(names.get(0), names.get(1));
        Map<String, Long> rows =
                new TreeMap<>((left, right) -> ByteString.encodeUtf8(left).compareTo(ByteString.encodeUtf8(right)));
        rows.putAll(counts.orElseThrow(() -> new CouchError(404, "not_found", "missing_named_view")));
        boolean grouped = exchange.query().flag("group", false)
                || exchange.query().count("group_level").orElse(0) > 0;
        return Answer.stream(payload -> {
            payload.text("{\"rows\":[\n");
            if (grouped) {
                String separator = "";
                for (Map.Entry<String, Long> row : rows.entrySet()) {
                    payload.text(separator + "{\"key\":[" + JsonText.quote(row.getKey()) + "],\"value\":"
                            + row.getValue() + "}");
                    payload.endRow();
                    separator = ",\n";
                }
            } else {
                long sum = rows.values().stream().mapToLong(Long::longValue).sum();
                payload.text("{\"key\":null,\"value\":" + sum + "}").endRow();
            }
            payload.text("\n]}\n");
        });
    }
}
