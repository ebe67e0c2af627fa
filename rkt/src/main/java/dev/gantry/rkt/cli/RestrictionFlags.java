package dev.gantry.rkt.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gantry.rkt.cli.Flags.Flag;
import dev.gantry.rkt.pod.Flavor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns the flags that restrict an app, {@code --caps-*} and {@code --seccomp}, into isolators (appc spec/ace.md). */
final class RestrictionFlags {

    private RestrictionFlags() {}

    /**
     * Converts the flags.
     *
     * @param flags the flags of an app
     * @param flavor the flavor that runs it
     * @return isolators by their names
     * @throws UsageException if a value can't be understood, or the flavor can't restrict
     */
    static Map<String, JsonElement> isolators(Flags flags, Flavor flavor) throws UsageException {
        Map<String, JsonElement> isolators = new LinkedHashMap<>();
        for (String kind : List.of("retain", "remove")) {
            List<String> names = capabilities(flags, kind, flavor);
            if (!names.isEmpty()) {
                isolators.put("os/linux/capabilities-%s-set".formatted(kind), set(names));
            }
        }
        if (isolators.size() > 1) {
            throw refusal(
                    "caps-remove", flags.last("caps-remove").orElse(""), "can't stand together with --caps-retain");
        }
        Optional<String> seccomp = flags.last("seccomp");
        if (seccomp.isPresent()) {
            requireCrun("seccomp", seccomp.get(), flavor);
            addSystemCalls(seccomp.get(), isolators);
        }
        return isolators;
    }

    private static List<String> capabilities(Flags flags, String kind, Flavor flavor) throws UsageException {
        List<String> names = new ArrayList<>();
        for (String flag : List.of("caps-" + kind, "cap-" + kind)) {
            for (String value : flags.values(flag)) {
                requireCrun(flag, value, flavor);
                for (String name : value.split(",", -1)) {
                    if (!name.matches("CAP_[A-Z_]+")) {
                        throw refusal(flag, value, "\"%s\" is no name of a capability".formatted(name));
                    }
                    names.add(name);
                }
            }
        }
        return names;
    }

    /** {@code mode=retain|remove[,errno=NAME],NAME,...}, in any order, as rkt reads it. */
    private static void addSystemCalls(String value, Map<String, JsonElement> isolators) throws UsageException {
        Optional<String> mode = Optional.empty();
        Optional<String> errno = Optional.empty();
        List<String> names = new ArrayList<>();
        for (String word : value.split(",", -1)) {
            if (word.startsWith("mode=")) {
                mode = Optional.of(word.substring("mode=".length()));
            } else if (word.startsWith("errno=")) {
                errno = Optional.of(word.substring("errno=".length()));
            } else {
                names.add(word);
            }
        }
        if (mode.filter(List.of("retain", "remove")::contains).isEmpty()) {
            throw refusal("seccomp", value, "expected mode=retain or mode=remove");
        }
        if (names.isEmpty() || names.stream().anyMatch(name -> !name.matches("[a-z0-9_]+|@[a-z0-9./-]+"))) {
            throw refusal("seccomp", value, "expected names of system calls or wildcards such as @appc.io/all");
        }
        JsonObject set = set(names);
        errno.ifPresent(name -> set.addProperty("errno", name));
        isolators.put("os/linux/seccomp-%s-set".formatted(mode.get()), set);
    }

    private static void requireCrun(String flag, String value, Flavor flavor) throws UsageException {
        if (flavor != Flavor.CRUN) {
            throw refusal(flag, value, "the fly flavor restricts neither capabilities nor system calls");
        }
    }

    private static JsonObject set(List<String> names) {
        JsonArray array = new JsonArray();
        names.forEach(array::add);
        JsonObject set = new JsonObject();
        set.add("set", array);
        return set;
    }

    private static UsageException refusal(String flag, String value, String reason) {
        return UsageException.invalidValue(new Flag(flag, value), reason);
    }
}
