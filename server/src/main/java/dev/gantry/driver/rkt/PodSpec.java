package dev.gantry.driver.rkt;

import dev.gantry.v1.Resources;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The parameters of rkt's command line for a pod.
 *
 * @param config the task's config
 * @param image the image, as passed to rkt
 * @param credentials the configuration directory with the credentials for the image
 * @param fetchesAnew true if rkt must fetch the image again
 * @param user user to run as inside the pod; empty: the image's
 * @param resources CPU and memory of the task
 * @param environment its environment, in the order in which it is set
 * @param secrets the environment variables that must not stand on a command line
 * @param volumes the volumes to mount
 * @param ports the ports to forward; empty in the machine's own network
 */
record PodSpec(
        RktTaskConfig config,
        String image,
        Optional<Path> credentials,
        boolean fetchesAnew,
        String user,
        Resources resources,
        Map<String, String> environment,
        SecretEnvironment secrets,
        List<PodVolume> volumes,
        List<PodPort> ports) {

    PodSpec {
        volumes = List.copyOf(volumes);
        ports = List.copyOf(ports);
    }

    /** Returns this specification with another reference to the same image. */
    PodSpec of(String sameImage) {
        return new PodSpec(
                config, sameImage, credentials, fetchesAnew, user, resources, environment, secrets, volumes, ports);
    }

    /** Leaves out the values. */
    @Override
    public String toString() {
        return "PodSpec[image=%s]".formatted(image);
    }
}
