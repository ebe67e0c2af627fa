package dev.gantry.rkt.appc;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A volume of a pod (appc spec/pods.md): something of the host, or an empty directory that lives as long as the pod.
 *
 * @param name an AC Name
 * @param source the absolute path on the host; empty for an empty volume
 * @param readOnly whether apps may only read it; empty to let each mount point decide
 * @param recursive whether mounts below the source are mounted too
 * @param mode of an empty volume, octal
 * @param uid the owner of an empty volume
 * @param gid the group of an empty volume
 */
public record Volume(
        String name,
        Optional<String> source,
        Optional<Boolean> readOnly,
        Optional<Boolean> recursive,
        String mode,
        int uid,
        int gid) {

    private static final String DEFAULT_MODE = "0755";

    /**
     * Makes an empty volume with rkt's defaults.
     *
     * @param name an AC Name
     * @return the volume
     */
    public static Volume empty(String name) {
        return new Volume(name, Optional.empty(), Optional.empty(), Optional.empty(), DEFAULT_MODE, 0, 0);
    }

    /**
     * Reads the value of {@code --volume}: {@code NAME,kind=host,source=PATH,…} or {@code NAME,kind=empty,…}.
     *
     * @param text the value
     * @return the volume
     * @throws RktException if it can't be understood
     */
    public static Volume parse(String text) throws RktException {
        String[] words = text.split(",", -1);
        Volume volume = empty(AcNames.requireName(words[0]));
        Optional<String> kind = Optional.empty();
        Set<String> seen = new HashSet<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 0) {
                throw new RktException("\"%s\" is not of the form key=value".formatted(words[i]));
            }
            String key = words[i].substring(0, equals);
            String value = words[i].substring(equals + 1);
            if (!seen.add(key)) {
                throw new RktException("label %s with multiple values".formatted(key));
            }
            if (key.equals("kind")) {
                kind = Optional.of(value);
            } else {
                volume = volume.with(key, value);
            }
        }
        return volume.checked(kind.orElse(""), seen);
    }

    /**
     * Reads an entry of the {@code volumes} of a pod manifest.
     *
     * @param json the entry
     * @return the volume
     * @throws RktException if it can't be understood
     */
    public static Volume fromJson(JsonObject json) throws RktException {
        Volume volume = empty("");
        String kind = "";
        Set<String> seen = new HashSet<>();
        for (Map.Entry<String, JsonElement> member : json.entrySet()) {
            if (!member.getValue().isJsonPrimitive()) {
                throw new RktException("%s of a volume is %s".formatted(member.getKey(), member.getValue()));
            }
            String value = member.getValue().getAsString();
            seen.add(member.getKey());
            switch (member.getKey()) {
                case "name" -> volume = volume.named(AcNames.requireName(value));
                case "kind" -> kind = value;
                default -> volume = volume.with(member.getKey(), value);
            }
        }
        AcNames.requireName(volume.name());
        return volume.checked(kind, seen);
    }

    /**
     * Writes the volume for a pod manifest.
     *
     * @return an entry of {@code volumes}
     */
    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("name", name);
        json.addProperty("kind", source.isPresent() ? "host" : "empty");
        source.ifPresent(path -> json.addProperty("source", path));
        readOnly.ifPresent(value -> json.addProperty("readOnly", value));
        recursive.ifPresent(value -> json.addProperty("recursive", value));
        if (source.isEmpty()) {
            json.addProperty("mode", mode);
            json.addProperty("uid", uid);
            json.addProperty("gid", gid);
        }
        return json;
    }

    private Volume named(String newName) {
        return new Volume(newName, source, readOnly, recursive, mode, uid, gid);
    }

    private Volume with(String key, String value) throws RktException {
        return switch (key) {
            case "source" -> new Volume(name, Optional.of(absolute(value)), readOnly, recursive, mode, uid, gid);
            case "readOnly" -> new Volume(name, source, Optional.of(bool(key, value)), recursive, mode, uid, gid);
            case "recursive" -> new Volume(name, source, readOnly, Optional.of(bool(key, value)), mode, uid, gid);
            case "mode" -> {
                if (!value.matches("0?[0-7]{3,4}")) {
                    throw new RktException("mode \"%s\" is not octal".formatted(value));
                }
                yield new Volume(name, source, readOnly, recursive, value, uid, gid);
            }
            case "uid" -> new Volume(name, source, readOnly, recursive, mode, id(key, value), gid);
            case "gid" -> new Volume(name, source, readOnly, recursive, mode, uid, id(key, value));
            default -> throw new RktException("unknown volume parameter \"%s\"".formatted(key));
        };
    }

    private Volume checked(String kind, Set<String> seen) throws RktException {
        switch (kind) {
            case "host" -> {
                if (source.isEmpty()) {
                    throw new RktException("source for host volume cannot be empty");
                }
                if (seen.contains("mode") || seen.contains("uid") || seen.contains("gid")) {
                    throw new RktException("mode, uid and gid are for empty volumes only");
                }
            }
            case "empty" -> {
                if (source.isPresent()) {
                    throw new RktException("source for empty volume must be empty");
                }
            }
            default ->
                throw new RktException(
                        "unrecognized volume type \"%s\": should be one of \"empty\", \"host\"".formatted(kind));
        }
        return this;
    }

    private static String absolute(String path) throws RktException {
        if (!path.startsWith("/")) {
            throw new RktException("source \"%s\" is no absolute path".formatted(path));
        }
        return path;
    }

    private static boolean bool(String key, String value) throws RktException {
        return switch (value) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new RktException("%s is \"%s\", neither true nor false".formatted(key, value));
        };
    }

    private static int id(String key, String value) throws RktException {
        if (!value.matches("\\d{1,9}")) {
            throw new RktException("%s \"%s\" is no number".formatted(key, value));
        }
        return Integer.parseInt(value);
    }
}
