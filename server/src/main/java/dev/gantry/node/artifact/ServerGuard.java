package dev.gantry.node.artifact;

import dev.gantry.model.ArtifactSource;
import dev.gantry.restriction.Restrictions;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Decides which servers a node may ask for artifacts. Without it, the author of a job could read what only the node can
 * reach: services on its loopback, and the metadata service of its cloud, which is link-local.
 */
final class ServerGuard {

    private final Restrictions restrictions;

    ServerGuard(Restrictions restrictions) {
        this.restrictions = restrictions;
    }

    /**
     * Checks a source, whatever fetches it.
     *
     * @throws ArtifactException if the owner of the node does not allow it
     */
    void check(ArtifactSource source) throws ArtifactException {
        checkPlace(source.place(), source.uri());
    }

    /**
     * Checks the target of a redirect.
     *
     * @param place the URL without a query; {@code git::} stands before what git fetches
     * @param url the URL. Of the path nothing is told, since it may have a secret in it
     * @throws ArtifactException if the owner of the node does not allow it
     */
    void checkPlace(String place, URI url) throws ArtifactException {
        Optional<String> refusal = restrictions.artifactRefusal(
                place, url.getScheme() + "://" + (url.getRawAuthority() == null ? "" : url.getRawAuthority()));
        if (refusal.isPresent()) {
            throw new ArtifactException(ArtifactException.Kind.RESTRICTED, "the node " + refusal.get());
        }
    }

    /**
     * Checks the addresses of a server before a request.
     *
     * @param url the URL of the request; {@code place} without a query, for people
     * @return its addresses
     * @throws ArtifactException if the owner of the node does not allow it, or the server is not known
     */
    List<InetAddress> check(URI url, String place) throws ArtifactException {
        String host = url.getHost();
        List<InetAddress> addresses = new ArrayList<>();
        try {
            addresses.addAll(List.of(InetAddress.getAllByName(host)));
        } catch (UnknownHostException e) {
            throw ArtifactException.retry("the host %s is not known".formatted(host));
        }
        if (!restrictions.namesArtifactServer(place)) {
            for (InetAddress address : addresses) {
                if (isOfThisMachineOrLink(address)) {
                    throw new ArtifactException(
                            ArtifactException.Kind.RESTRICTED,
                            "the node asks no server at its own machine or link, such as %s, unless artifact_sources of its"
                                            .formatted(host)
                                    + " restrictions names it");
                }
            }
        }
        return List.copyOf(addresses);
    }

    private static boolean isOfThisMachineOrLink(InetAddress address) {
        return address.isLoopbackAddress()
                || address.isAnyLocalAddress()
                || address.isLinkLocalAddress()
                || address.isMulticastAddress();
    }
}
