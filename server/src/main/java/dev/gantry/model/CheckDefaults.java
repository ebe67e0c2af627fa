package dev.gantry.model;

import com.google.protobuf.Duration;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckType;
import dev.gantry.v1.Service;
import java.util.Locale;

/** The defaults of services' checks. */
public final class CheckDefaults {

    private static final String METHOD = "GET";
    private static final String PROTOCOL = "http";
    private static final Duration INTERVAL =
            Duration.newBuilder().setSeconds(10).build();
    private static final Duration TIMEOUT = Duration.newBuilder().setSeconds(2).build();
    private static final Duration GRACE = Duration.newBuilder().setSeconds(1).build();
    private static final String TYPE_PREFIX = "CHECK_TYPE_";

    private CheckDefaults() {}

    /**
     * Returns the default name of a check.
     *
     * @param service the name of its service
     * @param type the type of the check
     * @return the name, such as {@code service: web http}
     */
    public static String name(String service, CheckType type) {
        String word = type == CheckType.UNRECOGNIZED ? "unknown" : type.name().substring(TYPE_PREFIX.length());
        return "service: %s %s".formatted(service, word.toLowerCase(Locale.ROOT));
    }

    /**
     * Sets each unset field in the checks of a service to its default. Doing this twice changes nothing.
     *
     * @param service the service; its name must be set
     */
    public static void fill(Service.Builder service) {
        service.getChecksBuilderList().forEach(check -> fill(service, check));
    }

    private static void fill(Service.Builder service, Check.Builder check) {
        if (check.getName().isEmpty()) {
            check.setName(name(service.getName(), check.getType()));
        }
        if (check.getType() == CheckType.CHECK_TYPE_HTTP && check.getMethod().isEmpty()) {
            check.setMethod(METHOD);
        }
        if (check.getType() == CheckType.CHECK_TYPE_HTTP && check.getProtocol().isEmpty()) {
            check.setProtocol(PROTOCOL);
        }
        if (check.getType() != CheckType.CHECK_TYPE_SCRIPT && check.getPort().isEmpty()) {
            check.setPort(service.getPort());
        }
        if (!check.hasInterval()) {
            check.setInterval(INTERVAL);
        }
        if (!check.hasTimeout()) {
            check.setTimeout(TIMEOUT);
        }
        if (check.hasCheckRestart() && !check.getCheckRestart().hasGrace()) {
            check.getCheckRestartBuilder().setGrace(GRACE);
        }
    }
}
