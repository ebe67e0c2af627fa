package dev.gantry.rkt.appc;

import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;

/**
 * The path at which an app sees a volume.
 *
 * @param volume the name of the volume
 * @param path the absolute path in the app
 */
public record Mount(String volume, String path) {

    /**
     * Reads the value of {@code --mount}: {@code volume=NAME,target=PATH}.
     *
     * @param text the value
     * @return the mount
     * @throws RktException if it can't be understood
     */
    public static Mount parse(String text) throws RktException {
        String volume = "";
        String path = "";
        for (String word : text.split(",", -1)) {
            int equals = word.indexOf('=');
            String value = word.substring(equals + 1);
            switch (word.substring(0, Math.max(equals, 0))) {
                case "volume" -> volume = value;
                case "target" -> path = value;
                default -> throw new RktException("unknown mount parameter \"%s\"".formatted(word));
            }
        }
        return of(volume, path);
    }

    /**
     * Checks and makes a mount.
     *
     * @param volume the name of the volume
     * @param path the path in the app
     * @return the mount
     * @throws RktException if the name is none, or the path is not absolute
     */
    public static Mount of(String volume, String path) throws RktException {
        AcNames.requireName(volume);
        if (!path.startsWith("/")) {
            throw new RktException("target \"%s\" is no absolute path".formatted(path));
        }
        return new Mount(volume, path);
    }

    /**
     * Writes the mount for a pod manifest.
     *
     * @return an entry of an app's {@code mounts}
     */
    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("volume", volume);
        json.addProperty("path", path);
        return json;
    }
}
