package dev.gantry.driver.rkt;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The command lines of rkt, as Nomad's driver writes them.
 *
 * @param rkt path of the executable
 */
record RktCommands(Path rkt) {

    /** A hundred years. A duration of Go, in which rkt is written, has at most 292 years. */
    private static final String NEVER = "876000h";

    List<String> version() {
        return command("version");
    }

    /** Fetches and trusts the keys of an image's publisher without a review, as Nomad does. */
    List<String> trust(RktTaskConfig config, Optional<Path> credentials) {
        List<String> line = new ArrayList<>(List.of(rkt.toString()));
        addCredentials(line, credentials);
        line.addAll(
                List.of("trust", "--skip-fingerprint-review=true", "--prefix=" + config.trustPrefix(), debug(config)));
        return line;
    }

    /** Makes a pod that is ready to run; prints its UUID. Reads the secrets of the pod from its input. */
    List<String> prepare(PodSpec pod) {
        RktTaskConfig config = pod.config();
        List<String> line = global(config);
        addCredentials(line, pod.credentials());
        line.add("prepare");
        if (pod.fetchesAnew()) {
            line.add("--no-store=true");
        }
        if (config.noOverlay()) {
            line.add("--no-overlay=true");
        }
        pod.volumes().forEach(volume -> addVolume(line, volume));
        pod.environment().forEach((name, value) -> line.add("--set-env=" + name + "=" + value));
        if (!pod.secrets().isEmpty()) {
            line.add("--set-env-file=/dev/stdin");
        }
        pod.ports().forEach(port -> line.add("--port=" + port.name() + ":" + port.hostPort()));
        line.add(pod.image());
        addApp(line, pod);
        if (!config.args().isEmpty()) {
            line.add("--");
            line.addAll(config.args());
        }
        return line;
    }

    /** Runs a prepared pod with the limits of its task, and ends with its exit code. */
    List<String> runPrepared(RktTaskConfig config, String uuid) {
        List<String> line =
                new ArrayList<>(ResourceLimits.ofTask(config.ulimit()).prefix());
        line.addAll(global(config));
        line.add("run-prepared");
        if (!config.net().isEmpty()) {
            line.add("--net=" + String.join(",", config.net()));
        }
        config.dnsServers().forEach(server -> line.add("--dns=" + server));
        config.dnsSearchDomains().forEach(domain -> line.add("--dns-search=" + domain));
        line.add(uuid);
        return line;
    }

    List<String> status(String uuid) {
        return command("status", "--format=json", uuid);
    }

    List<String> list() {
        return command("list", "--format=json");
    }

    List<String> catManifest(String uuid) {
        return command("cat-manifest", uuid);
    }

    /** Runs a command in a pod that runs. */
    List<String> enter(String uuid, List<String> command) {
        List<String> line = command("enter", uuid);
        line.addAll(command);
        return line;
    }

    /** Prints the status of a pod as text. Only the text has the pod's process, the JSON does not. */
    List<String> statusText(String uuid) {
        return command("status", uuid);
    }

    List<String> stop(String uuid) {
        return command("stop", uuid);
    }

    List<String> forceStop(String uuid) {
        return command("stop", "--force", uuid);
    }

    List<String> remove(String uuid) {
        return command("rm", uuid);
    }

    /**
     * Removes the remains of interrupted commands, and pods that somebody has marked for removal. The ages given to rkt
     * are so high that no ended or prepared pod reaches them, since rkt can't tell whose pods these are.
     */
    List<String> collectPods() {
        return command("gc", "--grace-period=" + NEVER, "--expire-prepared=" + NEVER);
    }

    /** Removes images that no pod uses and from which no pod was made for the given time. */
    List<String> collectImages(Duration age) {
        return command("image", "gc", "--grace-period=" + age.toSeconds() + "s");
    }

    /** Prints the configuration of rkt. */
    List<String> config() {
        return command("config");
    }

    /**
     * Returns the global flags. Images are verified only if trust_prefix is set; if insecure_options is set, it alone
     * decides, as in Nomad.
     */
    private List<String> global(RktTaskConfig config) {
        List<String> line = new ArrayList<>();
        line.add(rkt.toString());
        if (!config.insecureOptions().isEmpty()) {
            line.add("--insecure-options=" + String.join(",", config.insecureOptions()));
        } else if (config.trustPrefix().isEmpty()) {
            line.add("--insecure-options=all");
        }
        line.add(debug(config));
        return line;
    }

    private static void addCredentials(List<String> line, Optional<Path> credentials) {
        credentials.ifPresent(directory -> line.add("--user-config=" + directory));
    }

    private static String debug(RktTaskConfig config) {
        return "--debug=" + config.debug();
    }

    private static void addVolume(List<String> line, PodVolume volume) {
        line.add("--volume=" + volume.name() + ",kind=host,source=" + volume.source() + ",readOnly="
                + volume.readOnly());
        line.add("--mount=volume=" + volume.name() + ",target=" + volume.target());
    }

    /** Adds the flags of the app: they follow its image. */
    private static void addApp(List<String> line, PodSpec pod) {
        RktTaskConfig config = pod.config();
        if (!config.command().isEmpty()) {
            line.add("--exec=" + config.command());
        }
        line.add("--memory=" + pod.resources().getMemoryMib() + "M");
        line.add("--cpu=" + pod.resources().getCpu() + "m");
        if (!pod.user().isEmpty()) {
            line.add("--user=" + pod.user());
        }
        if (!config.group().isEmpty()) {
            line.add("--group=" + config.group());
        }
    }

    private List<String> command(String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(rkt.toString());
        line.addAll(List.of(arguments));
        return line;
    }
}
