package dev.gantry.driver.rkt;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The config block of a task, as in Nomad's rkt driver. A missing text is empty.
 *
 * @param image what to run: an appc name, a stored hash, the path of a file, or a URL; empty only in a faulty block
 * @param command the program to run instead of the image's
 * @param args arguments of the command
 * @param trustPrefix the prefix whose keys to trust before the image is fetched; without it images are not verified
 * @param dnsServers addresses of name servers, or one of the single words {@code host} and {@code none}
 * @param dnsSearchDomains search domains of the resolver
 * @param net networks to join; {@code host} alone: the machine's own
 * @param portMap for labels of ports, the name of the port in the image
 * @param debug whether rkt tells more on stderr
 * @param volumes what to mount besides the task's own directories
 * @param insecureOptions the checks of rkt to skip; if it is not empty, it alone decides whether images are verified
 * @param noOverlay whether to copy the image instead of laying an overlay over it
 * @param group group to run as inside the pod
 * @param ulimit limits of the kernel on the task, by their names; the node's for those that are not given
 */
record RktTaskConfig(
        String image,
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
     * Decides whether rkt verifies the signature of the image. Without a trusted publisher it does not;
     * insecure_options decide alone, as in Nomad.
     */
    boolean verifiesImages() {
        return insecureOptions.isEmpty()
                ? !trustPrefix.isEmpty()
                : insecureOptions.stream().noneMatch(UNVERIFIED::contains);
    }
}
