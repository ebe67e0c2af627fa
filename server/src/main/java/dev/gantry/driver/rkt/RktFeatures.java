package dev.gantry.driver.rkt;

import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_HOST_NETWORK;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_HOST_VOLUMES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_INSECURE_IMAGES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_LOCAL_IMAGES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_RAW_CAPABILITIES;
import static dev.gantry.v1.AclJobFeature.ACL_JOB_FEATURE_ROOT;

import dev.gantry.driver.FeatureUse;
import dev.gantry.model.FieldPath;
import dev.gantry.restriction.ImageSource;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Finds the features of rkt that a task uses and that policies may deny. The text of the job may leave it open: it has
 * a <code>${…}</code>, an option that this driver does not know, or a user's name that the image defines. Then the task
 * counts as using the feature.
 */
final class RktFeatures {

    /** A user or group id that is neither root's nor, cut to 32 bits, could become root's or "no change" (4294967295). */
    private static final Pattern ORDINARY = Pattern.compile("[1-9][0-9]{0,8}");

    /** The beginning of the text of an image that is no file, whatever follows. */
    private static final Pattern REMOTE = Pattern.compile("(?i)(docker|https?)://");

    private final String path;
    private final List<FeatureUse> uses = new ArrayList<>();

    private RktFeatures(String path) {
        this.path = path;
    }

    /**
     * Finds the features.
     *
     * @param task a task whose config has no fault
     * @param path the path of the task
     */
    static List<FeatureUse> of(Task task, String path) {
        RktTaskConfig config =
                RktConfigReader.read(task.getConfig(), Interpolation.PENDING).config();
        RktFeatures features = new RktFeatures(path);
        features.addIdentity("user", "user", task.getUser());
        features.addImage(config.image());
        features.addLocalImage(config.image());
        features.addVolumes(config.volumes());
        features.addNetworks(config.net());
        features.addInsecureOptions(config);
        features.addIdentity("group", "config.group", config.group());
        return List.copyOf(features.uses);
    }

    private void addIdentity(String kind, String field, String name) {
        if (!ORDINARY.matcher(name).matches()) {
            String found = name.isEmpty()
                    ? "is missing, so that the image decides"
                    : "\"%s\" may be root's, since the image or the node decides".formatted(name);
            add(ACL_JOB_FEATURE_ROOT, field, "%s: set the number of a %s other than 0".formatted(found, kind));
        }
    }

    /** Only a URL can't become the path of a file, whatever a <code>${…}</code> in it becomes. */
    private void addLocalImage(String image) {
        boolean isElsewhere = isUndecided(image)
                ? REMOTE.matcher(decided(image)).lookingAt()
                : ImageSource.of(image).filter(source -> !source.isFile()).isPresent();
        if (!isElsewhere) {
            add(
                    ACL_JOB_FEATURE_LOCAL_IMAGES,
                    "config.image",
                    "\"%s\" may be a file of the node: name one by https://, docker://, its domain or its hash"
                            .formatted(image));
        }
    }

    private void addImage(String image) {
        String known = decided(image).strip().toLowerCase(Locale.ROOT);
        boolean mayBecomePlain =
                !known.equals(image.strip().toLowerCase(Locale.ROOT)) && RktOptionWords.PLAIN_HTTP.startsWith(known);
        if (RktOptionWords.isPlainHttp(known) || mayBecomePlain) {
            add(
                    ACL_JOB_FEATURE_INSECURE_IMAGES,
                    "config.image",
                    "\"%s\" may be fetched over plain HTTP: use https://".formatted(image));
        }
    }

    private void addVolumes(List<String> volumes) {
        for (int i = 0; i < volumes.size(); i++) {
            if (volumes.get(i).startsWith("/") || isUndecided(volumes.get(i))) {
                add(
                        ACL_JOB_FEATURE_HOST_VOLUMES,
                        FieldPath.element("config.volumes", i),
                        "\"%s\" may mount a path of the node: use one relative to the task's directory, without \"${...}\" in it"
                                .formatted(volumes.get(i)));
            }
        }
    }

    private void addNetworks(List<String> networks) {
        for (int i = 0; i < networks.size(); i++) {
            if (RktOptionWords.isHostNetwork(networks.get(i)) || isUndecided(networks.get(i))) {
                add(
                        ACL_JOB_FEATURE_HOST_NETWORK,
                        FieldPath.element("config.net", i),
                        "\"%s\" may be the node's network: name another one, or none".formatted(networks.get(i)));
            }
        }
    }

    private void addInsecureOptions(RktTaskConfig config) {
        List<String> options = config.insecureOptions();
        for (int i = 0; i < options.size(); i++) {
            String field = FieldPath.element("config.insecure_options", i);
            if (RktOptionWords.mayLeaveOutImageChecks(options.get(i))) {
                add(
                        ACL_JOB_FEATURE_INSECURE_IMAGES,
                        field,
                        "\"%s\" skips checks of the image: use \"none\"".formatted(options.get(i)));
            }
            if (RktOptionWords.mayLiftConfinement(options.get(i))) {
                add(
                        ACL_JOB_FEATURE_RAW_CAPABILITIES,
                        field,
                        "\"%s\" lifts what confines the pod: use \"none\", or words about images where insecure images are allowed"
                                .formatted(options.get(i)));
            }
        }
        String trusted = config.trustPrefix();
        if (options.isEmpty() && (trusted.isEmpty() || isUndecided(trusted))) {
            String found = "is missing, and so is trust_prefix, so that rkt gets --insecure-options=all: ";
            add(
                    ACL_JOB_FEATURE_INSECURE_IMAGES,
                    "config.insecure_options",
                    found + "set trust_prefix, or insecure_options = [\"none\"]");
            add(
                    ACL_JOB_FEATURE_RAW_CAPABILITIES,
                    "config.insecure_options",
                    found
                            + "set trust_prefix, or insecure_options = [\"none\"]; [\"image\"] is enough where insecure"
                            + " images are allowed");
        }
    }

    private static boolean isUndecided(String text) {
        return !decided(text).equals(text);
    }

    /** Returns the text before the first interpolation. */
    private static String decided(String text) {
        int start = text.indexOf("${");
        return start < 0 ? text : text.substring(0, start);
    }

    private void add(AclJobFeature feature, String field, String remedy) {
        uses.add(new FeatureUse(feature, FieldPath.field(path, field), remedy));
    }
}
