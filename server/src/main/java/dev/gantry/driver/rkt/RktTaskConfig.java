package dev.gantry.driver.rkt;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The config block of a task, as in Nomad's rkt driver. A missing text is empty.
 *
 * @param image the image: an appc name, a stored hash, the path of a file, or a URL; empty only in a faulty block
 * @param auth the credentials for the image's server
 * @param command the program to run instead of the image's
 * @param args arguments of the command
 * @param trustPrefix the prefix whose keys are trusted before the image is fetched; without a prefix, images are not
 *     verified
 * @param dnsServers addresses of name servers, or one of the single words {@code host} and {@code none}
 * @param dnsSearchDomains search domains of the resolver
 * @param net the networks to join; only {@code host}: the machine's own network
 * @param portMap the names of ports in the image, by the labels of the ports in the job
 * @param debug true if rkt prints more on stderr
 * @param volumes the volumes to mount in addition to the task's own directories
 * @param insecureOptions the checks of rkt to skip; if it is not empty, it alone decides whether images are verified
 * @param noOverlay true to copy the image instead of mounting an overlay on it
 * @param group group to run as inside the pod
 * @param ulimit the task's resource limits by their names; the node's limits apply for all others
 */
record RktTaskConfig(
        String image,
        Optional<ImageLogin> auth,
        String command,
        List<String> args,
        String trustPrefix,
        List<String> dnsServers,
        List<String> dnsSearchDomains,
        List<String> net,
        Map<String, String> portMap,
        boolean debug,
        List<String> volumes,
        List<String> insecureOptions,
        boolean noOverlay,
        String group,
        Map<String, String> ulimit) {

    private static final List<String> HOST_NETWORK = List.of("host");

    /** Options of rkt that turn off the verification of images, among other checks. */
    private static final Set<String> UNVERIFIED = Set.of("image", "all-fetch", "all");

    RktTaskConfig {
        args = List.copyOf(args);
        dnsServers = List.copyOf(dnsServers);
        dnsSearchDomains = List.copyOf(dnsSearchDomains);
        net = List.copyOf(net);
        portMap = Map.copyOf(portMap);
        volumes = List.copyOf(volumes);
        insecureOptions = List.copyOf(insecureOptions);
        ulimit = Map.copyOf(ulimit);
    }

    /** Decides whether the pod shares the machine's network, so that ports need no mapping. */
    boolean usesHostNetwork() {
        return net.equals(HOST_NETWORK);
    }

    /**
     * Decides whether rkt verifies the signature of the image. Without trust_prefix, rkt does not. If insecure_options
     * is set, it alone decides, as in Nomad.
     */
    boolean verifiesImages() {
        return insecureOptions.isEmpty()
                ? !trustPrefix.isEmpty()
                : insecureOptions.stream().noneMatch(UNVERIFIED::contains);
    }
}
