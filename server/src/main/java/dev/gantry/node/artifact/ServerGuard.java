package dev.gantry.node.artifact;

import dev.gantry.model.ArtifactSource;
import dev.gantry.restriction.Restrictions;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which servers a node may ask for artifacts. Without it, the author of a job could read what only the node can
 * reach: services on its loopback, and the metadata service of its cloud, which is link-local or has a known address.
 */
final class ServerGuard {

    /** The metadata services of AWS, Google, Azure, Alibaba and Oracle that are not link-local, by their documentation. */
    private static final Set<String> OF_CLOUDS = Set.of(
            "fd00:ec2:0:0:0:0:0:254", "fd20:ce:0:0:0:0:0:254", "168.63.129.16", "100.100.100.200", "192.0.0.192");

    private final Restrictions restrictions;
    private final Names names;

    /** Looks names up. */
    @FunctionalInterface
    interface Names {

        /**
         * Returns the addresses of a host, at least one.
         *
         * @param host a name or an address
         * @throws UnknownHostException if there is none
         */
        InetAddress[] find(String host) throws UnknownHostException;
    }

    ServerGuard(Restrictions restrictions, Names names) {
        this.restrictions = restrictions;
        this.names = names;
    }

    /** Writes an address as URLs do. */
    static String literal(InetAddress address) {
        String text = address.getHostAddress();
        return text.indexOf(':') >= 0 ? "[" + text + "]" : text;
    }

    /**
     * Checks a source, whatever fetches it.
     *
     * @throws ArtifactException if the owner of the node does not allow it
     */
    void check(ArtifactSource source) throws ArtifactException {
        checkPlace("", source.place(), source.uri());
    }

    /**
     * Checks the target of a redirect.
     *
     * @param place the URL without a query
     * @param url the URL
     * @throws ArtifactException if the owner of the node does not allow it
     */
    void checkRedirect(String place, URI url) throws ArtifactException {
        checkPlace("its server redirects, but ", place, url);
    }

    /** Tells nothing of the path, since it may have a secret in it. */
    private void checkPlace(String before, String place, URI url) throws ArtifactException {
        Optional<String> refusal = restrictions.artifactRefusal(
                place, url.getScheme() + "://" + (url.getRawAuthority() == null ? "" : url.getRawAuthority()));
        if (refusal.isPresent()) {
            throw new ArtifactException(ArtifactException.Kind.RESTRICTED, before + "the node " + refusal.get());
        }
    }

    /**
     * Checks the addresses of a server before a request.
     *
     * @param url the URL of the request; {@code place} without a query, for people
     * @return its addresses, at least one
     * @throws ArtifactException if the owner of the node does not allow it, or the server is not known
     */
    List<InetAddress> check(URI url, String place) throws ArtifactException {
        String host = url.getHost();
        List<InetAddress> addresses = new ArrayList<>();
        try {
            addresses.addAll(List.of(names.find(host)));
        } catch (UnknownHostException e) {
            throw ArtifactException.retry("the host %s is not known".formatted(host));
        }
        if (!restrictions.namesArtifactServer(place)) {
            for (InetAddress address : addresses) {
                if (isForThisMachineAlone(address)) {
                    throw new ArtifactException(
                            ArtifactException.Kind.RESTRICTED,
                            ("the node asks no server of its own machine, link or cloud, such as %s (%s), unless"
                                            + " artifact_sources of its restrictions names the server without a *")
                                    .formatted(host, address.getHostAddress()));
                }
            }
        }
        return List.copyOf(addresses);
    }

    private static boolean isForThisMachineAlone(InetAddress address) {
        return OF_CLOUDS.contains(address.getHostAddress())
                || address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress();
    }
}
