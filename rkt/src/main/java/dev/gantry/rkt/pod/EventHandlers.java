package dev.gantry.rkt.pod;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gantry.rkt.appc.ImageManifest;
import java.util.ArrayList;
import java.util.List;

/** Programs of an image that run before its app starts and after it has ended (appc spec/aci.md, "eventHandlers"). */
final class EventHandlers {

    static final String PRE_START = "pre-start";
    static final String POST_STOP = "post-stop";

    /** Both, in their order. */
    static final List<String> NAMES = List.of(PRE_START, POST_STOP);

    private EventHandlers() {}

    /**
     * Reads a handler.
     *
     * @param app the app
     * @param name {@link #PRE_START} or {@link #POST_STOP}
     * @return the program and its arguments; empty if the app has no such handler
     */
    static List<String> arguments(AppPlan app, String name) {
        List<String> arguments = new ArrayList<>();
        for (JsonObject handler : ImageManifest.objects(app.app(), "eventHandlers")) {
            if (handler.get("name").getAsString().equals(name) && handler.get("exec") instanceof JsonArray exec) {
                for (JsonElement word : exec) {
                    arguments.add(word.getAsString());
                }
            }
        }
        return arguments;
    }
}
