package dev.gantry.model;

import com.google.protobuf.util.Durations;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckType;
import dev.gantry.v1.Service;
import java.util.Locale;

/** Fills in what checks leave out. */
final class CheckDefaults {

    private CheckDefaults() {}

    /** The service's name must be there already. */
    static void fill(Service.Builder service, Check.Builder check) {
        if (check.getName().isEmpty()) {
            check.setName("service: %s %s".formatted(service.getName(), word(check.getType())));
        }
        if (check.getPort().isEmpty() && check.getType() != CheckType.CHECK_TYPE_SCRIPT) {
            check.setPort(service.getPort());
        }
        if (check.getMethod().isEmpty() && check.getType() == CheckType.CHECK_TYPE_HTTP) {
            check.setMethod("GET");
        }
        if (!check.hasInterval()) {
            check.setInterval(Durations.fromSeconds(10));
        }
        if (!check.hasTimeout()) {
            check.setTimeout(Durations.fromSeconds(2));
        }
        if (check.hasCheckRestart() && !check.getCheckRestart().hasGrace()) {
            check.getCheckRestartBuilder().setGrace(Durations.fromSeconds(1));
        }
    }

    private static String word(CheckType type) {
        return type.name().replace("CHECK_TYPE_", "").toLowerCase(Locale.ROOT);
    }
}
