package dev.gantry.rkt.appc;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.gantry.rkt.RktException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of rkt 1.30 for annotations, isolators and labels of an image's manifest (appc's schema/types). An earlier
 * release stored images without this check: they can be listed and removed, and {@code prepare} refuses them.
 */
public final class ManifestRules {

    private static final String SETS_CAPABILITIES = "os/linux/capabilities-";
    private static final String SETS_SYSTEM_CALLS = "os/linux/seccomp-";

    private static final Set<String> ISOLATORS = Set.of(
            "os/linux/apparmor-profile",
            "os/linux/capabilities-remove-set",
            "os/linux/capabilities-retain-set",
            "os/linux/cpu-shares",
            "os/linux/no-new-privileges",
            "os/linux/oom-score-adj",
            "os/linux/seccomp-remove-set",
            "os/linux/seccomp-retain-set",
            "os/linux/selinux-context",
            "os/unix/sysctl",
            "resource/block-bandwidth",
            "resource/block-iops",
            "resource/cpu",
            "resource/memory",
            "resource/network-bandwidth");

    /** Isolators whose {@code default} must be true, so that they apply to apps without isolators of their own. */
    private static final Set<String> DEFAULTS =
            Set.of("resource/block-bandwidth", "resource/block-iops", "resource/network-bandwidth");

    private static final Set<String> ARCHITECTURES =
            Set.of("amd64", "i386", "aarch64", "aarch64_be", "armv6l", "armv7l", "armv7b", "ppc64", "ppc64le", "s390x");

    private ManifestRules() {}

    /**
     * Checks the rules of a manifest that do not depend on the machine.
     *
     * @param manifest the manifest
     * @throws RktException if rkt would refuse it
     */
    public static void requireValid(ImageManifest manifest) throws RktException {
        try {
            checkAnnotations(ImageManifest.objects(manifest.json(), "annotations"));
            Optional<JsonObject> app = manifest.app();
            if (app.isPresent()) {
                checkIsolators(ImageManifest.objects(app.get(), "isolators"));
                checkHandlers(ImageManifest.objects(app.get(), "eventHandlers"));
            }
        } catch (IllegalStateException | ClassCastException | UnsupportedOperationException e) {
            throw invalid(e.getMessage());
        }
    }

    /**
     * Checks that the image is for this operating system and architecture.
     *
     * @param manifest the manifest
     * @throws RktException if the image is for another one, or has no {@code os} label
     */
    public static void requireRunnable(ImageManifest manifest) throws RktException {
        Map<String, String> labels = manifest.labels();
        if (!labels.containsKey("os")) {
            throw new RktException("missing os label in the image manifest of \"%s\"".formatted(manifest.name()));
        }
        if (!labels.get("os").equals("linux")) {
            throw new RktException("bad os \"%s\" (must be one of: [linux])".formatted(labels.get("os")));
        }
        String architecture = labels.getOrDefault("arch", HostArchitecture.appc());
        if (!ARCHITECTURES.contains(architecture)) {
            throw new RktException("bad arch \"%s\" for linux (must be one of: %s)"
                    .formatted(
                            architecture,
                            ARCHITECTURES.stream().sorted().toList().toString().replace(",", "")));
        }
    }

    private static void checkAnnotations(List<JsonObject> annotations) throws RktException {
        Set<String> names = new HashSet<>();
        for (JsonObject annotation : annotations) {
            String name = text(annotation.get("name"), "the name of an annotation");
            String value = text(annotation.get("value"), "the annotation \"%s\"".formatted(name));
            if (!AcNames.isIdentifier(name)) {
                throw invalid("the name \"%s\" of an annotation is no AC Identifier".formatted(name));
            }
            if (!names.add(name)) {
                throw invalid("duplicate annotations of name \"%s\"".formatted(name));
            }
            switch (name) {
                case "created" -> requireTime(value);
                case "homepage", "documentation" -> requireUrl(name, value);
                default -> {
                    // any value is valid
                }
            }
        }
    }

    private static void requireTime(String value) throws RktException {
        try {
            OffsetDateTime.parse(value);
        } catch (DateTimeParseException e) {
            throw invalid(
                    "the annotation \"created\" is \"%s\", no time such as 2006-01-02T15:04:05Z".formatted(value));
        }
    }

    private static void requireUrl(String name, String value) throws RktException {
        try {
            String scheme = String.valueOf(new URI(value).getScheme()).toLowerCase(Locale.ROOT);
            if (scheme.equals("http") || scheme.equals("https")) {
                return;
            }
        } catch (URISyntaxException e) {
            // refused below
        }
        throw invalid("the annotation \"%s\" is \"%s\", no URL of http or https".formatted(name, value));
    }

    private static void checkIsolators(List<JsonObject> isolators) throws RktException {
        Set<String> names = new HashSet<>();
        for (JsonObject isolator : isolators) {
            String name = text(isolator.get("name"), "the name of an isolator");
            if (!ISOLATORS.contains(name)) {
                throw invalid("invalid isolator \"%s\"".formatted(name));
            }
            names.add(name);
            checkValue(name, isolator.get("value"));
        }
        for (String kind : List.of(SETS_CAPABILITIES, SETS_SYSTEM_CALLS)) {
            if (names.contains(kind + "retain-set") && names.contains(kind + "remove-set")) {
                throw invalid(
                        "isolators set is incompatible: it has %sretain-set and %sremove-set".formatted(kind, kind));
            }
        }
    }

    private static void checkValue(String name, JsonElement value) throws RktException {
        if (name.startsWith("resource/")) {
            if (!(value instanceof JsonObject resource)) {
                throw invalid("isolator \"%s\" has the value %s".formatted(name, value));
            }
            boolean isDefault =
                    resource.has("default") && resource.get("default").getAsBoolean();
            if (isDefault != DEFAULTS.contains(name)) {
                throw invalid("isolator \"%s\": default must be %b".formatted(name, !isDefault));
            }
            boolean hasRequest =
                    resource.has("request") && !resource.get("request").isJsonNull();
            if (isDefault && hasRequest) {
                throw invalid("isolator \"%s\": request not supported by this resource, must be empty".formatted(name));
            }
        } else if (name.startsWith(SETS_CAPABILITIES) || name.startsWith(SETS_SYSTEM_CALLS)) {
            boolean hasNames =
                    value instanceof JsonObject object && object.get("set") instanceof JsonArray set && !set.isEmpty();
            if (!hasNames) {
                throw invalid("isolator \"%s\": set must be non-empty".formatted(name));
            }
        }
    }

    private static void checkHandlers(List<JsonObject> handlers) throws RktException {
        Set<String> names = new HashSet<>();
        for (JsonObject handler : handlers) {
            String name = text(handler.get("name"), "the name of an event handler");
            if (!name.equals("pre-start") && !name.equals("post-stop")) {
                throw invalid("unrecognized eventHandler: %s".formatted(name));
            }
            if (!names.add(name)) {
                throw invalid("Only one eventHandler of name \"%s\" allowed".formatted(name));
            }
            if (!(handler.get("exec") instanceof JsonArray exec)
                    || exec.isEmpty()
                    || !text(exec.get(0), "the program of an event handler").startsWith("/")) {
                throw invalid("eventHandler %s needs the absolute path of a program".formatted(name));
            }
        }
    }

    private static String text(JsonElement element, String what) throws RktException {
        if (element instanceof JsonPrimitive primitive) {
            return primitive.getAsString();
        }
        throw invalid(what + " is missing or no string");
    }

    private static RktException invalid(String why) {
        return new RktException("invalid image manifest: " + why);
    }
}
