package dev.gantry.driver.rkt;

import dev.gantry.model.ExecLimits;
import dev.gantry.model.FieldPath;
import dev.gantry.model.IpLiteral;
import dev.gantry.model.VariableReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The rules of rkt for the values of a config block, except ports.
 *
 * <p>The server skips values with a <code>${…}</code>; the node checks them after interpolation.
 */
final class RktConfigRules {

    private static final Set<String> DNS_WORDS = Set.of("host", "none");

    /** The least number of hash digits with which nobody can make another image of the same prefix. */
    private static final int HASH_DIGITS = 32;

    private static final Pattern VAGUE_HASH = Pattern.compile("sha512-[0-9a-f]{0,%d}".formatted(HASH_DIGITS - 1));

    private final Interpolation interpolation;
    private final List<ConfigFault> faults = new ArrayList<>();

    private RktConfigRules(Interpolation interpolation) {
        this.interpolation = interpolation;
    }

    /** Returns all faults of a block that could be read. */
    static List<ConfigFault> check(RktTaskConfig config, Interpolation interpolation) {
        RktConfigRules rules = new RktConfigRules(interpolation);
        rules.checkImage(config);
        config.auth().ifPresent(login -> rules.checkLogin(login, config.image()));
        rules.checkEach("args", config.args(), RktConfigRules::argFault);
        rules.checkEach("dns_servers", config.dnsServers(), server -> dnsFault(server, config.dnsServers()));
        rules.checkEach("net", config.net(), RktConfigRules::listItemFault);
        rules.checkEach("insecure_options", config.insecureOptions(), RktConfigRules::listItemFault);
        rules.checkEach("volumes", config.volumes(), RktConfigRules::volumeFault);
        rules.checkLimits(config.ulimit());
        return List.copyOf(rules.faults);
    }

    private void checkImage(RktTaskConfig config) {
        String image = config.image();
        if (image.startsWith("-")) {
            faults.add(new ConfigFault("image", "Must not begin with a dash, as \"" + image + "\" does"));
        }
        if (config.verifiesImages() && VAGUE_HASH.matcher(image).matches()) {
            faults.add(new ConfigFault(
                    "image",
                    "Must have at least %d digits of the hash if images are verified: another image can have the same shorter beginning"
                            .formatted(HASH_DIGITS)));
        }
    }

    /** A job is no place for a password: whoever may read the job would read it. A user may not have a colon (RFC 7617). */
    private void checkLogin(ImageLogin login, String image) {
        boolean isDone = interpolation == Interpolation.DONE;
        if (!isDone && !login.password().isEmpty() && !isReference(login.password())) {
            faults.add(new ConfigFault(
                    "auth." + ImageLogin.PASSWORD,
                    "Must be the value of a variable, as in \"${var.jobs/ID.password}\": whoever may read the job would"
                            + " read a password in it"));
        }
        if (!interpolation.mayChange(login.username()) && login.username().indexOf(':') >= 0) {
            faults.add(new ConfigFault("auth." + ImageLogin.USERNAME, "Must have no colon"));
        }
        if (!interpolation.mayChange(login.server())) {
            ImageLogin.faultOfServer(login.server())
                    .ifPresent(fault -> faults.add(new ConfigFault("auth." + ImageLogin.SERVER, fault)));
        }
        if (!interpolation.mayChange(image)) {
            login.faultWith(image).ifPresent(fault -> faults.add(new ConfigFault("auth", fault)));
        }
    }

    private static boolean isReference(String text) {
        List<String> names = VariableReference.names(text);
        return names.size() == 1 && text.equals("${%s}".formatted(names.get(0)));
    }

    /**
     * Checks the limits, sorted, since a block has no order. The value of a limit with an interpolation is checked
     * later, its name now.
     */
    private void checkLimits(Map<String, String> limits) {
        new TreeMap<>(limits)
                .forEach((name, value) -> ResourceLimits.fault(name, interpolation.mayChange(value) ? "0" : value)
                        .ifPresent(fault -> faults.add(new ConfigFault(FieldPath.entry("ulimit", name), fault))));
    }

    private void checkEach(String key, List<String> values, Function<String, Optional<String>> rule) {
        for (int i = 0; i < values.size(); i++) {
            String field = FieldPath.element(key, i);
            if (!interpolation.mayChange(values.get(i))) {
                rule.apply(values.get(i)).ifPresent(fault -> faults.add(new ConfigFault(field, fault)));
            }
        }
    }

    private static Optional<String> argFault(String arg) {
        return arg.equals("---")
                ? Optional.of("rkt takes --- for the end of the arguments")
                : ExecLimits.faultOfArgument(arg).map(fault -> "An argument " + fault);
    }

    private static Optional<String> dnsFault(String server, List<String> all) {
        if (IpLiteral.isValid(server) || (DNS_WORDS.contains(server) && all.size() == 1)) {
            return Optional.empty();
        }
        return Optional.of(
                DNS_WORDS.contains(server)
                        ? "\"" + server + "\" must be the only entry"
                        : "Must be an IP address, or the only entry host or none, not \"" + server + "\"");
    }

    /** A relative path begins in the task's directory, right below the allocation's. */
    private static Optional<String> volumeFault(String text) {
        Optional<String> fault = RktVolume.fault(text);
        if (fault.isPresent()) {
            return fault;
        }
        String source = RktVolume.parse(text).source();
        Path path = Path.of("allocation/task").resolve(source).normalize();
        return path.isAbsolute() || (path.startsWith("allocation") && path.getNameCount() > 1)
                ? Optional.empty()
                : Optional.of(
                        "The path \"%s\" leads out of the allocation's directory: name one below local/, secrets/ or ../alloc/"
                                .formatted(source));
    }

    /** Returns the fault of an element of a list that rkt gets joined by commas. */
    private static Optional<String> listItemFault(String item) {
        return item.isBlank() ? Optional.of("Must not be empty") : Optional.empty();
    }
}
