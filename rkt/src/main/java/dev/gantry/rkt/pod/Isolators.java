package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.ImageManifest;
import dev.gantry.rkt.appc.Quantity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the isolators of an app (appc spec/ace.md, "Isolators"). An image's isolators may be malformed. */
final class Isolators {

    static final String MEMORY = "resource/memory";
    static final String CPU = "resource/cpu";
    static final String CPU_SHARES = "os/linux/cpu-shares";
    static final String OOM_SCORE = "os/linux/oom-score-adj";
    static final String APPARMOR = "os/linux/apparmor-profile";
    static final String NO_NEW_PRIVILEGES = "os/linux/no-new-privileges";

    private final JsonObject app;

    /**
     * Reads the isolators of an app.
     *
     * @param app the {@code app} object of the pod manifest
     */
    Isolators(JsonObject app) {
        this.app = app;
    }

    /** Returns the value of an isolator. If an isolator occurs several times, the last one counts, as in rkt. */
    Optional<JsonElement> value(String name) {
        return ImageManifest.objects(app, "isolators").stream()
                .filter(isolator -> isolator.get("name").getAsString().equals(name))
                .map(isolator -> isolator.get("value"))
                .reduce((first, second) -> second);
    }

    /** Returns the limit of a resource. */
    Optional<Quantity> limit(String name) throws RktException {
        Optional<JsonElement> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Quantity.parse(text(name, member(name, value.get(), "limit"))));
    }

    /** Returns a number, such as CPU shares. */
    Optional<Integer> number(String name) throws RktException {
        Optional<JsonElement> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        String text = text(name, value.get());
        if (!text.matches("-?\\d{1,9}")) {
            throw malformed(name, value.get());
        }
        return Optional.of(Integer.parseInt(text));
    }

    /** Decides whether a boolean isolator is on. */
    boolean isSet(String name) throws RktException {
        Optional<JsonElement> value = value(name);
        return value.isPresent() && text(name, value.get()).equals("true");
    }

    /** Returns the names of a set; empty if there is no such isolator. */
    Optional<List<String>> set(String name) throws RktException {
        Optional<JsonElement> value = value(name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!(member(name, value.get(), "set") instanceof JsonArray array)) {
            throw malformed(name, value.get());
        }
        List<String> names = new ArrayList<>();
        for (JsonElement element : array) {
            names.add(text(name, element));
        }
        return Optional.of(names);
    }

    /** Returns an option of a set, such as {@code errno}; empty if the isolator or the option is missing. */
    Optional<String> option(String name, String option) throws RktException {
        JsonElement value = value(name).orElse(null);
        if (!(value instanceof JsonObject object) || !object.has(option)) {
            return Optional.empty();
        }
        return Optional.of(text(name, object.get(option)));
    }

    private static JsonElement member(String name, JsonElement value, String member) throws RktException {
        if (value instanceof JsonObject object && object.has(member)) {
            return object.get(member);
        }
        throw malformed(name, value);
    }

    private static String text(String name, JsonElement value) throws RktException {
        if (value instanceof JsonPrimitive primitive) {
            return primitive.getAsString();
        }
        throw malformed(name, value);
    }

    private static RktException malformed(String name, JsonElement value) {
        return new RktException("isolator \"%s\" can't have the value %s".formatted(name, value));
    }
}
