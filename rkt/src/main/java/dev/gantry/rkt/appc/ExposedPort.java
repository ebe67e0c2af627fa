package dev.gantry.rkt.appc;

import com.google.gson.JsonObject;
import dev.gantry.rkt.RktException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of the host to forward to a port of an app.
 *
 * @param name the name that an image gives the port
 * @param hostIp the address of the host; empty for all
 * @param hostPort the port of the host, 0 to 65535
 */
public record ExposedPort(String name, Optional<String> hostIp, int hostPort) {

    private static final Pattern SYNTAX = Pattern.compile("([^:]*):(?:(.*):)?(\\d{1,5})");

    /**
     * Reads the value of {@code --port}: {@code NAME:[IP:]PORT}.
     *
     * @param text the value
     * @return the port
     * @throws RktException if it can't be understood
     */
    public static ExposedPort parse(String text) throws RktException {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new RktException("\"%s\" is not in name:[ip:]port format".formatted(text));
        }
        int port = Integer.parseInt(matcher.group(3));
        if (port > 65535) {
            throw new RktException("\"%d\" is not a valid port number".formatted(port));
        }
        Optional<String> ip = Optional.ofNullable(matcher.group(2));
        if (ip.isPresent() && !ip.get().matches("\\d+(\\.\\d+){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*")) {
            throw new RktException("\"%s\" is not a valid IP".formatted(ip.get()));
        }
        return new ExposedPort(AcNames.requireName(matcher.group(1)), ip, port);
    }

    /**
     * Writes the port for a pod manifest.
     *
     * @return an entry of {@code ports}
     */
    public JsonObject toJson() {
        JsonObject json = new JsonObject();
        json.addProperty("name", name);
        json.addProperty("hostPort", hostPort);
        hostIp.ifPresent(ip -> json.addProperty("hostIP", ip));
        return json;
    }
}
