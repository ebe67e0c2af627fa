package dev.gantry.restriction;

import dev.gantry.v1.NodeRestrictions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides whether a node may run tasks, by what its owner lets tasks ask of the machine. Immutable. */
public final class Restrictions {

    /** Allows everything. */
    public static final Restrictions NONE = new Restrictions(NodeRestrictions.getDefaultInstance());

    private final Optional<HostPaths> hostPaths;
    private final boolean hostNetworkDenied;
    private final TaskIds users;
    private final TaskIds groups;
    private final boolean rawCapabilitiesDenied;
    private final AppCapabilities capabilities;
    private final boolean insecureImagesDenied;
    private final Optional<ImageSources> imageSources;
    private final Optional<ArtifactSources> artifactSources;

    private Restrictions(NodeRestrictions restrictions) {
        this.hostPaths = restrictions.hasHostVolumes()
                ? Optional.of(new HostPaths(restrictions.getHostVolumes()))
                : Optional.empty();
        this.hostNetworkDenied = restrictions.getDenyHostNetwork();
        this.users = new TaskIds(
                "user",
                restrictions.getDenyRoot(),
                restrictions.hasUsers() ? Optional.of(restrictions.getUsers()) : Optional.empty());
        this.groups = new TaskIds(
                "group",
                restrictions.getDenyRoot(),
                restrictions.hasGroups() ? Optional.of(restrictions.getGroups()) : Optional.empty());
        this.rawCapabilitiesDenied = restrictions.getDenyRawCapabilities();
        this.capabilities = new AppCapabilities(restrictions.getAllowCapsList());
        this.insecureImagesDenied = restrictions.getDenyInsecureImages();
        this.imageSources = restrictions.hasImageSources()
                ? Optional.of(new ImageSources(restrictions.getImageSources()))
                : Optional.empty();
        this.artifactSources = restrictions.hasArtifactSources()
                ? Optional.of(new ArtifactSources(restrictions.getArtifactSources()))
                : Optional.empty();
    }

    /**
     * Reads restrictions.
     *
     * @param restrictions what {@link RestrictionChecks} finds no fault in; malformed entries allow nothing
     * @return the rules
     */
    public static Restrictions of(NodeRestrictions restrictions) {
        return restrictions.equals(NodeRestrictions.getDefaultInstance()) ? NONE : new Restrictions(restrictions);
    }

    /** Returns true if tasks may mount at least some path of the machine. */
    public boolean allowsHostVolumes() {
        return hostPaths.map(HostPaths::allowsAny).orElse(true);
    }

    /** Returns true if tasks may not mount each path of the machine. */
    public boolean restrictsHostVolumes() {
        return hostPaths.isPresent();
    }

    /** Returns true if tasks may not join the network of the machine. */
    public boolean deniesHostNetwork() {
        return hostNetworkDenied;
    }

    /** Returns true if images may not ask for each privilege. */
    public boolean restrictsImageUse() {
        return rawCapabilitiesDenied || users.deniesRoot() || groups.restricts();
    }

    /** Returns true if images may not come from everywhere. */
    public boolean restrictsImageSources() {
        return imageSources.isPresent();
    }

    /**
     * Returns why a node does not allow a task.
     *
     * @param use what the task asks for
     * @return each reason as the rest of a sentence about the node, such as {@code does not allow the host network};
     *     empty if the node allows the task
     */
    public List<String> refusals(MachineUse use) {
        List<String> refusals = new ArrayList<>();
        use.hostVolumes().forEach(volume -> refusal(volume).ifPresent(refusals::add));
        if (hostNetworkDenied && use.hostNetwork()) {
            refusals.add("does not allow the host network: name another network, or none");
        }
        use.user().flatMap(users::refusal).ifPresent(refusals::add);
        use.group().flatMap(groups::refusal).ifPresent(refusals::add);
        if (insecureImagesDenied && use.insecureImage()) {
            refusals.add("does not allow insecure images: set trust_prefix, or insecure_options = [\"none\"], and fetch"
                    + " no image over http://");
        }
        if (rawCapabilitiesDenied && use.rawCapabilities()) {
            refusals.add("does not allow raw capabilities: set trust_prefix, or insecure_options = [\"none\"];"
                    + " [\"image\"] is enough where insecure images are allowed");
        }
        use.image().flatMap(this::imageRefusal).ifPresent(refusals::add);
        use.artifacts().forEach(source -> artifactRefusal(source, source).ifPresent(refusals::add));
        return List.copyOf(refusals);
    }

    /**
     * Returns why a node does not allow what an image asks for, as {@link #refusals(MachineUse)} does.
     *
     * @param use what the image asks for
     */
    public List<String> refusals(ImageUse use) {
        List<String> refusals = new ArrayList<>();
        if (rawCapabilitiesDenied) {
            refusals.addAll(capabilities.refusals(use.isolators()));
        }
        if (users.deniesRoot() || groups.deniesRoot()) {
            capabilities.refusalOfRoot(use.isolators()).ifPresent(refusals::add);
        }
        use.supplementaryGroups().forEach(group -> groups.refusalOfImage(group).ifPresent(refusals::add));
        return List.copyOf(refusals);
    }

    /**
     * Returns why a node does not allow a volume, as {@link #refusals(MachineUse)} does.
     *
     * @param volume a path of the machine
     */
    public Optional<String> refusal(MachineUse.HostVolume volume) {
        return hostPaths.flatMap(paths -> paths.refusal(volume));
    }

    /**
     * Returns why a node does not allow an image, as {@link #refusals(MachineUse)} does.
     *
     * @param image the text that names it
     */
    public Optional<String> imageRefusal(String image) {
        return imageSources.flatMap(sources -> sources.refusal(image));
    }

    /**
     * Returns why a node does not allow an artifact, as {@link #refusals(MachineUse)} does.
     *
     * @param source the source without a query, such as {@code git::https://HOST/PATH}
     * @param shown how the reason names it
     */
    public Optional<String> artifactRefusal(String source, String shown) {
        return artifactSources.flatMap(sources -> sources.refusal(source, shown));
    }

    /**
     * Decides whether the owner of a node has named a server of artifacts, wherever it is.
     *
     * @param source the source, as above
     * @return true if so, without a * in its host
     */
    public boolean namesArtifactServer(String source) {
        return artifactSources.filter(sources -> sources.namesServer(source)).isPresent();
    }
}
