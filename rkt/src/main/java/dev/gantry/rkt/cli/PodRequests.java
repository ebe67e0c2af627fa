package dev.gantry.rkt.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.Environment;
import dev.gantry.rkt.appc.ExposedPort;
import dev.gantry.rkt.appc.Mount;
import dev.gantry.rkt.appc.PodManifest;
import dev.gantry.rkt.appc.Quantity;
import dev.gantry.rkt.appc.Volume;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.pod.AppRequest;
import dev.gantry.rkt.pod.Confinement;
import dev.gantry.rkt.pod.Flavor;
import dev.gantry.rkt.pod.PodRequest;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Turns the flags of {@code prepare} and {@code run} into a request for a pod. */
final class PodRequests {

    /** As in rkt, a lower value is refused as a mistake, such as m instead of M. */
    private static final BigDecimal MIN_MEMORY_BYTES = BigDecimal.valueOf(4096);

    private static final long MAX_MANIFEST_BYTES = 4 << 20;

    private static final List<String> REPLACED_BY_MANIFEST = List.of(
            "inherit-env",
            "mount",
            "no-store",
            "port",
            "pull-policy",
            "set-env",
            "set-env-file",
            "store-only",
            "volume");

    private static final Path MAX_USER_NAMESPACES = Path.of("/proc/sys/user/max_user_namespaces");

    private PodRequests() {}

    /**
     * Checks and converts the flags.
     *
     * @param arguments the command line
     * @param environment the environment of the caller, for {@code --inherit-env}
     * @param best the best flavor for which this machine has the programs
     * @param confinement the protections to apply
     * @return the request
     * @throws UsageException if a flag's value is invalid, or can't be applied on this machine
     * @throws RktException if a pod manifest is malformed, or flags contradict it
     */
    static PodRequest of(PodArguments arguments, Map<String, String> environment, Flavor best, Confinement confinement)
            throws UsageException, RktException {
        Flavor flavor = StageOneFlags.flavor(arguments.pod(), best);
        boolean privateUsers = privateUsers(arguments.pod(), flavor);
        boolean overlay = !arguments.pod().isSet("no-overlay");
        if (isOfManifest(arguments)) {
            PodManifest manifest = manifest(arguments);
            return new PodRequest(
                    manifest.apps().stream().map(AppRequest::of).toList(),
                    manifest.volumes(),
                    List.of(),
                    manifest.ports(),
                    Map.of(),
                    Map.of(),
                    Set.of(),
                    manifest.metadata(),
                    overlay,
                    privateUsers,
                    flavor,
                    confinement);
        }
        List<AppRequest> apps = new ArrayList<>();
        for (PodArguments.App app : arguments.apps()) {
            apps.add(app(app, flavor));
        }
        Map<String, String> variables = environmentFiles(arguments.pod());
        Set<String> hidden = Set.copyOf(variables.keySet());
        variables.putAll(pairs(arguments.pod(), "set-env", true));
        return new PodRequest(
                apps,
                parse(arguments.pod(), "volume", Volume::parse),
                parse(arguments.pod(), "mount", Mount::parse),
                parse(arguments.pod(), "port", ExposedPort::parse),
                arguments.pod().isSet("inherit-env") ? environment : Map.of(),
                variables,
                hidden,
                new JsonObject(),
                overlay,
                privateUsers,
                flavor,
                confinement);
    }

    /**
     * Decides whether a pod manifest describes the pod instead of images and flags. The images of a manifest must be
     * stored.
     *
     * @param arguments the command line
     * @return true if the command line names a pod manifest
     */
    static boolean isOfManifest(PodArguments arguments) {
        return arguments
                .pod()
                .last("pod-manifest")
                .filter(path -> !path.isEmpty())
                .isPresent();
    }

    private static PodManifest manifest(PodArguments arguments) throws UsageException, RktException {
        Flags flags = arguments.pod();
        if (!arguments.apps().isEmpty() || REPLACED_BY_MANIFEST.stream().anyMatch(name -> isUsed(flags, name))) {
            throw new RktException("conflicting flags set with --pod-manifest (see --help)");
        }
        String path = flags.last("pod-manifest").orElseThrow();
        try {
            if (Files.size(Path.of(path)) > MAX_MANIFEST_BYTES) {
                throw refusal("pod-manifest", path, "it is larger than %d bytes".formatted(MAX_MANIFEST_BYTES));
            }
            return PodManifest.parse(Files.readString(Path.of(path)));
        } catch (IOException e) {
            throw refusal("pod-manifest", path, Main.describe(e));
        }
    }

    private static boolean isUsed(Flags flags, String name) {
        return flags.last(name).filter(value -> !value.equals("false")).isPresent();
    }

    private static boolean privateUsers(Flags pod, Flavor flavor) throws UsageException {
        if (!pod.isSet("private-users")) {
            return false;
        }
        if (flavor != Flavor.CRUN) {
            throw refusal("private-users", "true", "the fly flavor has no user namespaces");
        }
        if (!Files.exists(Path.of("/proc/self/ns/user"))) {
            throw refusal("private-users", "true", "the kernel has no user namespaces");
        }
        try {
            if (Files.readString(MAX_USER_NAMESPACES).strip().equals("0")) {
                throw refusal(
                        "private-users",
                        "true",
                        "the kernel permits no user namespaces: set %s to more than 0".formatted(MAX_USER_NAMESPACES));
            }
        } catch (IOException e) {
            throw refusal("private-users", "true", Main.describe(e));
        }
        return true;
    }

    private static AppRequest app(PodArguments.App app, Flavor flavor) throws UsageException {
        Flags flags = app.flags();
        return new AppRequest(
                app.image(),
                Optional.empty(),
                flags.last("name"),
                flags.once("exec"),
                app.arguments(),
                flags.last("user"),
                flags.last("group"),
                supplementaryGroups(flags),
                flags.last("working-dir"),
                pairs(flags, "environment", false),
                parse(flags, "mount", Mount::parse),
                readOnlyRootfs(flags),
                number(flags, "oom-score-adj", -1000, 1000),
                memory(flags),
                quantity(flags, "cpu"),
                number(flags, "cpu-shares", 2, 262_144),
                RestrictionFlags.isolators(flags, flavor),
                pairs(flags, "user-annotation", false),
                pairs(flags, "user-label", false),
                new JsonArray());
    }

    private static List<Integer> supplementaryGroups(Flags flags) throws UsageException {
        List<Integer> groups = new ArrayList<>();
        for (String value : flags.values("supplementary-gids")) {
            for (String group : value.split(",", -1)) {
                if (!group.matches("\\d{1,9}")) {
                    throw refusal("supplementary-gids", value, "--supplementary-gids must be integers");
                }
                groups.add(Integer.parseInt(group));
            }
        }
        return groups;
    }

    private static boolean readOnlyRootfs(Flags flags) throws UsageException {
        String value = flags.last("readonly-rootfs").orElse("false");
        return switch (value) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw refusal("readonly-rootfs", value, "--readonly-rootfs must be set with a boolean");
        };
    }

    private static Optional<Quantity> memory(Flags flags) throws UsageException {
        Optional<Quantity> memory = quantity(flags, "memory");
        if (memory.isPresent() && memory.get().amount().compareTo(MIN_MEMORY_BYTES) < 0) {
            throw refusal(
                    "memory",
                    memory.get().text(),
                    "memory limit of %s bytes too low. Try a reasonable value, such as --memory=16M"
                            .formatted(memory.get().amount().toPlainString()));
        }
        return memory;
    }

    private static Optional<Quantity> quantity(Flags flags, String name) throws UsageException {
        return parse(flags, name, Quantity::parse).stream().reduce((first, second) -> second);
    }

    private static OptionalInt number(Flags flags, String name, int min, int max) throws UsageException {
        Optional<String> value = flags.last(name);
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        if (value.get().matches("[-+]?\\d{1,7}")) {
            int number = Integer.parseInt(value.get());
            if (number >= min && number <= max) {
                return OptionalInt.of(number);
            }
        }
        throw refusal(name, value.get(), "expected a number from %d to %d".formatted(min, max));
    }

    private static Map<String, String> pairs(Flags flags, String name, boolean unique) throws UsageException {
        Map<String, String> pairs = new LinkedHashMap<>();
        for (String value : flags.values(name)) {
            int equals = value.indexOf('=');
            if (equals < 0) {
                throw refusal(name, value, "must be specified as key=value");
            }
            String key = value.substring(0, equals);
            if (name.equals("set-env") || name.equals("environment")) {
                requireVariableName(name, value, key);
            }
            if (pairs.put(key, value.substring(equals + 1)) != null && unique) {
                throw refusal(name, value, "key \"%s\" already set".formatted(key));
            }
        }
        return pairs;
    }

    private static void requireVariableName(String flag, String value, String name) throws UsageException {
        try {
            Environment.requireName(name);
        } catch (RktException e) {
            throw refusal(flag, value, e.getMessage());
        }
    }

    /**
     * Reads files with lines of the form {@code NAME=VALUE}. Skips empty lines and comments, which begin with # or ;. In a
     * file with zero bytes, these end the entries in place of line ends, and there are no comments, so that values may have
     * several lines.
     */
    private static Map<String, String> environmentFiles(Flags flags) throws UsageException {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String path : flags.values("set-env-file")) {
            try {
                for (String line : entries(Path.of(path))) {
                    int equals = line.indexOf('=');
                    if (equals <= 0) {
                        throw refusal(
                                "set-env-file", path, "environment variable must be specified as name=value: " + line);
                    }
                    String name = line.substring(0, equals);
                    requireVariableName("set-env-file", path, name);
                    if (variables.put(name, line.substring(equals + 1)) != null) {
                        throw refusal("set-env-file", path, "environment variable \"%s\" already set".formatted(name));
                    }
                }
            } catch (IOException e) {
                throw refusal("set-env-file", path, Main.describe(e));
            }
        }
        return variables;
    }

    private static List<String> entries(Path file) throws IOException {
        // Not Files.readString: the file may be standard input, which can be read only once and has no size.
        String content = StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                .toString();
        return content.indexOf('\0') >= 0
                ? Arrays.stream(content.split("\0"))
                        .filter(entry -> !entry.isEmpty())
                        .toList()
                : content.lines()
                        .filter(line -> !line.isEmpty() && !line.startsWith("#") && !line.startsWith(";"))
                        .toList();
    }

    private static <T> List<T> parse(Flags flags, String name, Parser<T> parser) throws UsageException {
        List<T> parsed = new ArrayList<>();
        for (String value : flags.values(name)) {
            try {
                parsed.add(parser.parse(value));
            } catch (RktException e) {
                throw refusal(name, value, e.getMessage());
            }
        }
        return parsed;
    }

    private static UsageException refusal(String flag, String value, String reason) {
        return UsageException.invalidValue(new Flag(flag, value), reason);
    }

    @FunctionalInterface
    private interface Parser<T> {

        T parse(String value) throws RktException;
    }
}
