package dev.gantry.rkt.pod;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.gantry.rkt.RktException;
import dev.gantry.rkt.appc.ExposedPort;
import dev.gantry.rkt.appc.ImageManifest;
import java.util.List;
import java.util.Locale;

/**
 * A port of the host that leads to a port of the pod.
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param host the port of the host
 * @param podPort the port of the pod, 1 to 65535
 */
record PortForwarding(String protocol, ExposedPort host, int podPort) {

    /**
     * Finds the port of an app to which an exposed port leads. The first app that declares the port counts.
     *
     * @param port the port
     * @param apps the pod's apps
     * @return how it is forwarded
     * @throws RktException if no app declares it, or the declared port can't be forwarded
     */
    static PortForwarding of(ExposedPort port, List<AppPlan> apps) throws RktException {
        JsonObject declared = apps.stream()
                .flatMap(app -> ImageManifest.objects(app.app(), "ports").stream())
                .filter(candidate -> candidate.get("name").getAsString().equals(port.name()))
                .findFirst()
                .orElseThrow(() ->
                        new RktException("port name \"%s\" could not be found in any apps".formatted(port.name())));
        String protocol = text(declared, "protocol").toLowerCase(Locale.ROOT);
        if (!protocol.equals("tcp") && !protocol.equals("udp")) {
            throw new RktException("port \"%s\" of the image has the protocol \"%s\": only tcp and udp can be forwarded"
                    .formatted(port.name(), protocol));
        }
        String podPort = text(declared, "port");
        if (!podPort.matches("\\d{1,5}") || Integer.parseInt(podPort) < 1 || Integer.parseInt(podPort) > 65535) {
            throw new RktException("port \"%s\" of the image has the number \"%s\": must be 1 to 65535"
                    .formatted(port.name(), podPort));
        }
        return new PortForwarding(protocol, port, Integer.parseInt(podPort));
    }

    private static String text(JsonObject json, String member) {
        return json.get(member) instanceof JsonPrimitive primitive ? primitive.getAsString() : "";
    }

    /** Returns the line of the pod's file {@code ports}, which network-up.sh reads. */
    String line() {
        return "%s %s %d %d".formatted(protocol, host.hostIp().orElse("-"), host.hostPort(), podPort);
    }
}
