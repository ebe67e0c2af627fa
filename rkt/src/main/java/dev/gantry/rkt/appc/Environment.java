package dev.gantry.rkt.appc;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The environment variables of an app, in the order in which they were first set. */
public final class Environment {

    private static final Pattern NAME = Pattern.compile("[A-Za-z_.][A-Za-z0-9_.-]*");

    private Environment() {}

    /**
     * Checks the name of a variable. It may have letters, digits, underscores, dots and dashes, as in rkt (appc's
     * schema/types/environment.go). It may also begin with a dot, since Nomad passes such names.
     *
     * @param name the name
     * @return the name
     * @throws RktException if the text is not such a name
     */
    public static String requireName(String name) throws RktException {
        if (name.isEmpty()) {
            throw new RktException("environment variable name must not be empty");
        }
        if (!NAME.matcher(name).matches()) {
            throw new RktException("environment variable does not have valid identifier \"%s\"".formatted(name));
        }
        return name;
    }

    /**
     * Reads the {@code environment} of an app.
     *
     * @param app the app object of a checked manifest
     * @return a map that may be changed
     */
    public static Map<String, String> of(JsonObject app) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (JsonObject variable : ImageManifest.objects(app, "environment")) {
            variables.put(
                    variable.get("name").getAsString(), variable.get("value").getAsString());
        }
        return variables;
    }

    /**
     * Writes an {@code environment}.
     *
     * @param variables the variables
     * @return the list for an app object
     */
    public static JsonArray toJson(Map<String, String> variables) {
        JsonArray array = new JsonArray();
        variables.forEach((name, value) -> {
            JsonObject variable = new JsonObject();
            variable.addProperty("name", name);
            variable.addProperty("value", value);
            array.add(variable);
        });
        return array;
    }
}
