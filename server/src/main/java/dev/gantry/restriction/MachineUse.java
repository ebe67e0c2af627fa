package dev.gantry.restriction;

import java.util.List;
import java.util.Optional;

/**
 * The uses of the machine that one task asks for. Values that only the node knows, because of a <code>${…}</code>, are left out
 * before the task is on a node.
 *
 * @param hostVolumes the paths of the machine that it mounts
 * @param hostNetwork true if it joins the network of the machine
 * @param user the user that it names; an empty text if its image decides; empty if only the node will know
 * @param group the group that it names, likewise
 * @param rawCapabilities true if it lifts what confines its pod
 * @param insecureImage true if its image is not verified
 * @param image its image; empty if only the node will know
 * @param artifacts the sources of its artifacts, without queries: {@code https://HOST/PATH}, {@code git::https://HOST/PATH},
 *     {@code file:///PATH}
 */
public record MachineUse(
        List<HostVolume> hostVolumes,
        boolean hostNetwork,
        Optional<String> user,
        Optional<String> group,
        boolean rawCapabilities,
        boolean insecureImage,
        Optional<String> image,
        List<String> artifacts) {

    /** Asks for nothing. */
    public static final MachineUse NONE = new MachineUse(
            List.of(), false, Optional.empty(), Optional.empty(), false, false, Optional.empty(), List.of());

    /** Makes the lists immutable. */
    public MachineUse {
        hostVolumes = List.copyOf(hostVolumes);
        artifacts = List.copyOf(artifacts);
    }

    /**
     * Returns the same with other artifacts, which no driver knows.
     *
     * @param sources their sources
     */
    public MachineUse withArtifacts(List<String> sources) {
        return new MachineUse(hostVolumes, hostNetwork, user, group, rawCapabilities, insecureImage, image, sources);
    }

    /**
     * A path of the machine that a task mounts.
     *
     * @param path an absolute path
     * @param readOnly true if the task may only read it
     */
    public record HostVolume(String path, boolean readOnly) {}
}
