package dev.gantry.client;

import io.grpc.Attributes;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.IntSupplier;

/**
 * Gives a channel the addresses of several servers. The channel tries them in their order and keeps the first that it can
 * connect to until its connection breaks, or until it is made to look for another one. A name may have several addresses
 * itself; it is looked up each time.
 */
final class ServerResolver extends NameResolver {

    private final ServerAddresses servers;
    private final IntSupplier skipped;
    private final Executor lookups;
    private Listener2 listener;

    private ServerResolver(ServerAddresses servers, IntSupplier skipped, Executor lookups) {
        this.servers = servers;
        this.skipped = skipped;
        this.lookups = lookups;
    }

    /**
     * Returns what makes the resolvers of channels, whatever their target is called.
     *
     * @param servers the servers
     * @param skipped how many of the first addresses are tried last; more than there are begin again with the first
     */
    static NameResolver.Factory factory(ServerAddresses servers, IntSupplier skipped) {
        return new NameResolver.Factory() {
            @Override
            public NameResolver newNameResolver(URI target, NameResolver.Args args) {
                return new ServerResolver(servers, skipped, args.getOffloadExecutor());
            }

            @Override
            public String getDefaultScheme() {
                return "gantry";
            }
        };
    }

    @Override
    public String getServiceAuthority() {
        return servers.first().toString();
    }

    @Override
    public void start(Listener2 told) {
        listener = told;
        refresh();
    }

    @Override
    public void refresh() {
        lookups.execute(() -> listener.onResult(result()));
    }

    @Override
    public void shutdown() {
        // A look-up that is under way ends by itself.
    }

    private ResolutionResult result() {
        List<EquivalentAddressGroup> found = new ArrayList<>();
        UnknownHostException last = null;
        for (ServerAddress server : servers.all()) {
            try {
                found.addAll(lookUp(server));
            } catch (UnknownHostException e) {
                last = e;
            }
        }
        if (!found.isEmpty()) {
            Collections.rotate(found, -skipped.getAsInt());
        }
        return ResolutionResult.newBuilder()
                .setAddressesOrError(
                        found.isEmpty()
                                ? StatusOr.fromStatus(Status.UNAVAILABLE
                                        .withDescription("No host of %s has an address".formatted(servers))
                                        .withCause(last))
                                : StatusOr.fromValue(found))
                .build();
    }

    private static List<EquivalentAddressGroup> lookUp(ServerAddress server) throws UnknownHostException {
        String host = server.host().replaceAll("^\\[(.*)]$", "$1");
        // Each server proves the name by which it was called.
        Attributes name = Attributes.newBuilder()
                .set(EquivalentAddressGroup.ATTR_AUTHORITY_OVERRIDE, server.toString())
                .build();
        return Arrays.stream(InetAddress.getAllByName(host))
                .map(address -> new EquivalentAddressGroup(new InetSocketAddress(address, server.port()), name))
                .toList();
    }
}
