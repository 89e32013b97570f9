// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.couch;

import io.couchmigrator.testkit.couch.documents.CouchError;
import io.couchmigrator.testkit.faults.FaultScript;
import io.couchmigrator.testkit.faults.Signal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** Answers requests: logs them, lets faults happen, and asks the endpoint they are for. Thread-safe. */
final class CouchDispatcher extends Dispatcher {
    /** What CouchDB's HTTP server takes for the first line of a request, without its end. */
    private static final int LONGEST_REQUEST_LINE = 8_190;

    private final RequestParser parser;
    private final RequestLog log;
    private final FaultScript<Fault, CouchRequest> script;
    private final Accounts accounts;
    private final Databases databases;
    private final Signal signal;
    private final ServerEndpoints server;
    private final AllDocsEndpoint allDocs;
    private final ResponseWriter responses;
    private final ChangesEndpoint changes;
    private final FindEndpoints find;
    private final BulkEndpoints bulk = new BulkEndpoints();
    private final RevsDiffEndpoint revisions = new RevsDiffEndpoint();
    private final PurgeEndpoints purges = new PurgeEndpoints();
    private final DocumentEndpoint documents = new DocumentEndpoint();

    CouchDispatcher(
            RequestParser parser,
            RequestLog log,
            FaultScript<Fault, CouchRequest> script,
            Accounts accounts,
            Databases databases,
            Signal signal,
            ServerEndpoints server,
            AllDocsEndpoint allDocs,
            ChangesEndpoint changes,
            FindEndpoints find,
            ResponseWriter responses) {
        this.parser = parser;
        this.log = log;
        this.script = script;
        this.accounts = accounts;
        this.databases = databases;
        this.signal = signal;
        this.server = server;
        this.allDocs = allDocs;
        this.changes = changes;
        this.find = find;
        this.responses = responses;
    }

    @Override
    public MockResponse dispatch(RecordedRequest recorded) throws InterruptedException {
        ByteString body = Optional.ofNullable(recorded.getBody()).orElse(ByteString.EMPTY);
        if (recorded.getRequestLine().length() > LONGEST_REQUEST_LINE) {
            return responses.response(Answer.text(400, ""), ContentFault.NONE);
        }
        Optional<CouchRequest> parsed;
        try {
            parsed = parser.parse(recorded.getMethod(), recorded.getTarget(), body);
        } catch (CouchError e) {
            return responses.response(Answer.error(e), ContentFault.NONE);
        }
        if (parsed.isEmpty()) {
            return responses.response(Answer.text(404, "404 page not found\n"), ContentFault.NONE);
        }
        CouchRequest request = parsed.get();
        log.add(request);
        Fault fault = script.next(request).orElse(ContentFault.NONE);
        waitIfSilent(fault);
        Answer answer = fault.instead()
                .orElseGet(() -> answer(
                        new Exchange(request, body, fault),
                        recorded.getHeaders().get("Authorization")));
        return request.method().equals("HEAD") ? responses.head(answer, fault) : responses.response(answer, fault);
    }

    private void waitIfSilent(Fault fault) throws InterruptedException {
        if (!fault.silent()) {
            return;
        }
        try {
            signal.stall();
        } catch (InterruptedIOException e) {
            throw new InterruptedException(e.getMessage());
        } catch (IOException stopped) {
            // The server is going down, and this connection with it: whatever is answered now is not read.
            return;
        }
    }

    private Answer answer(Exchange exchange, @Nullable String authorization) {
        try {
            accounts.check(authorization, exchange.request().endpoint());
            return route(exchange);
        } catch (CouchError e) {
            return Answer.error(e);
        } catch (IOException | IllegalStateException | UnsupportedOperationException e) {
            return Answer.error(new CouchError(500, "unknown_error", String.valueOf(e.getMessage())));
        }
    }

    private Answer route(Exchange exchange) throws IOException {
        CouchRequest request = exchange.request();
        return switch (request.endpoint()) {
            case SERVER -> server.welcome();
            case UP -> server.up();
            case ALL_DATABASES -> server.allDatabases();
            case DATABASE -> server.database(exchange);
            case ALL_DOCS -> allDocs.answer(databases.get(request.database()), exchange);
            case CHANGES -> changes.answer(databases.get(request.database()), exchange);
            case FIND -> find.find(databases.get(request.database()), exchange);
            case EXPLAIN -> find.explain(databases.get(request.database()), exchange);
            case INDEX -> find.index(databases.get(request.database()), exchange);
            case BULK_DOCS -> bulk.write(databases.get(request.database()), exchange);
            case BULK_GET -> bulk.read(databases.get(request.database()), exchange);
            case REVS_DIFF -> revisions.answer(databases.get(request.database()), exchange);
            case PURGE -> purges.purge(databases.get(request.database()), exchange);
            case PURGED_INFOS -> purges.infos(databases.get(request.database()), exchange);
            case PURGED_INFOS_LIMIT -> purges.limit(databases.get(request.database()), exchange);
            case VIEW -> server.view(databases.get(request.database()), exchange);
            case DOCUMENT -> documents.answer(databases.get(request.database()), exchange);
            case LOCAL_DOCUMENT -> throw localDocument(exchange);
            case OTHER -> throw CouchError.notSupported(request.path());
        };
    }

    private CouchError localDocument(Exchange exchange) {
        databases.get(exchange.request().database());
        return exchange.reads()
                ? new CouchError(404, "not_found", "missing")
                : CouchError.notSupported("writing local documents");
    }
}
