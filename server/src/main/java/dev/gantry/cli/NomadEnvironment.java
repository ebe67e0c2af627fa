package dev.gantry.cli;

import dev.gantry.client.GantryClient;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The environment variables by which Nomad's operators say which server to call. Gantry reads none of them, and says so. */
final class NomadEnvironment {

    private static final String NOMADS = "NOMAD_";
    private static final String OWN = "GANTRY_";

    /** The variables, without their prefix, and the values by which each asks for nothing. */
    private static final Map<String, List<String>> HARMLESS = Map.of(
            "ADDR", List.of(),
            "NAMESPACE", List.of("default"),
            "REGION", List.of("global"),
            "TOKEN", List.of());

    private NomadEnvironment() {}

    /**
     * Tells that a command calls the default address although the environment names another server, namespace or region in
     * Nomad's variables. A task of Gantry has Gantry's variables beside Nomad's.
     *
     * @return a line for people; empty if the environment has none of these variables
     */
    static Optional<String> hint(Map<String, String> environment) {
        List<String> set = HARMLESS.entrySet().stream()
                .filter(variable -> isIgnored(environment, variable.getKey()))
                .filter(variable -> !variable.getValue().contains(environment.get(NOMADS + variable.getKey())))
                .map(variable -> NOMADS + variable.getKey())
                .sorted()
                .toList();
        boolean isOne = set.size() == 1;
        return set.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "note: %s %s set, but Gantry does not read %s: this command calls %s (--address, GANTRY_ADDR)"
                                .formatted(
                                        joined(set),
                                        isOne ? "is" : "are",
                                        isOne ? "it" : "them",
                                        GantryClient.DEFAULT_ADDRESS));
    }

    /** Says that a variable of Nomad's is set and has no effect, as the end of an error; empty if it is not so. */
    static String ending(Map<String, String> environment, String name) {
        return isIgnored(environment, name)
                ? ". %s%s is set, but Gantry reads %s%2$s".formatted(NOMADS, name, OWN)
                : "";
    }

    private static boolean isIgnored(Map<String, String> environment, String name) {
        return !environment.getOrDefault(NOMADS + name, "").isBlank() && !environment.containsKey(OWN + name);
    }

    private static String joined(List<String> names) {
        int last = names.size() - 1;
        return last == 0 ? names.get(0) : String.join(", ", names.subList(0, last)) + " and " + names.get(last);
    }
}
