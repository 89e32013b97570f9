// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.cli.benchmark;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Optional;
import okhttp3.HttpUrl;

/**
 * A source with a network in front of it. Whoever opened it closes it, and the source after it.
 *
 * @param url where it is reached, ending in a slash, with the credentials it wants
 * @param drain what reads it
 * @param link what is in front of it; empty where that is nothing
 * @param figures of all that is measured so
 */
record Reached(URI url, Drain drain, Optional<Link> link, OverNetwork figures) implements AutoCloseable {
    /** Measures the network, if there is one, and puts it in front of the source. */
    static Reached over(Network network, Source source, Documents documents, Options options) throws Exception {
        if (network.isNone()) {
            return new Reached(
                    source.url(),
                    new Drain(source.url(), documents, options.workers()),
                    Optional.empty(),
                    OverNetwork.of(network, Optional.empty(), options));
        }
        HttpUrl server = HttpUrl.get(source.url().toString());
        if (server.isHttps()) {
            throw new IOException(
                    "a network cannot be put in front of %s, whose certificate has another name: expected http, or -Dbenchmark.network=none"
                            .formatted(source.description()));
        }
        OverNetwork figures = OverNetwork.of(network, Optional.of(LinkCheck.of(network)), options);
        Link link = Link.to(new InetSocketAddress(server.host(), server.port()), network);
        URI url = server.newBuilder()
                .host(link.address().getAddress().getHostAddress())
                .port(link.address().getPort())
                .build()
                .uri();
        return new Reached(url, new Drain(url, documents, options.workers()), Optional.of(link), figures);
    }

    @Override
    public void close() throws IOException {
        drain.close();
        if (link.isPresent()) {
            link.get().close();
        }
    }
}
