package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.v1.Check;
import dev.gantry.v1.Service;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;

/** Validates the checks of a service by Nomad's rules. */
final class CheckValidator {

    private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    /** Nodes repeat the name in each update of a check's status. */
    private static final int LONGEST_NAME = 128;

    private static final Pattern METHOD = Pattern.compile("[A-Z]{1,16}");

    /** Labels of the task's own ports. */
    private final Set<String> ports;

    private final Violations violations;

    CheckValidator(Set<String> ports, Violations violations) {
        this.ports = ports;
        this.violations = violations;
    }

    /** Validates a service as submitted; {@code whole} is the same service with defaults. */
    void check(Service service, Service whole, String path) {
        checkLength(path + ".name", service.getName());
        violations.checkUnique(path + ".checks", "name", whole.getChecksList(), Check::getName);
        for (int i = 0; i < service.getChecksCount(); i++) {
            String field = FieldPath.element(path + ".checks", i);
            checkLength(field + ".name", service.getChecks(i).getName());
            checkWay(service.getChecks(i), whole.getChecks(i), field);
            DurationValidator.check(
                    field + ".interval", whole.getChecks(i).getInterval(), SHORTEST_INTERVAL, violations);
            DurationValidator.check(field + ".timeout", whole.getChecks(i).getTimeout(), SHORTEST_TIMEOUT, violations);
            if (whole.getChecks(i).hasCheckRestart()) {
                checkRestart(whole.getChecks(i), field + ".check_restart");
            }
        }
    }

    private void checkLength(String field, String name) {
        if (name.length() > LONGEST_NAME) {
            violations.add(field, "is %d characters long; the limit is %d".formatted(name.length(), LONGEST_NAME));
        }
    }

    private void checkWay(Check check, Check whole, String path) {
        switch (check.getType()) {
            case CHECK_TYPE_TCP -> {
                checkPort(whole, path);
                refuse(!check.getPath().isEmpty() || !check.getMethod().isEmpty(), path + ".path", "http");
                refuseCommand(check, path);
            }
            case CHECK_TYPE_HTTP -> {
                checkPort(whole, path);
                checkRequest(whole, path);
                refuseCommand(check, path);
            }
            case CHECK_TYPE_SCRIPT -> {
                if (check.getCommand().isBlank()) {
                    violations.add(path + ".command", "is missing: a script check runs a command in the pod");
                }
                refuse(!check.getPath().isEmpty() || !check.getMethod().isEmpty(), path + ".path", "http");
                refuse(!check.getPort().isEmpty(), path + ".port", "tcp and http");
            }
            case CHECK_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                violations.add(path + ".type", "is missing: use tcp, http or script");
        }
    }

    private void checkPort(Check check, String path) {
        if (check.getPort().isEmpty()) {
            violations.add(path + ".port", "is missing: name a port, here or in the service");
        } else if (!ports.contains(check.getPort())) {
            violations.add(path + ".port", PortValidator.undeclared(check.getPort(), ports));
        }
    }

    private void checkRequest(Check check, String path) {
        if (!check.getPath().startsWith("/")) {
            violations.add(path + ".path", "\"%s\" is no path: begin it with /".formatted(check.getPath()));
        } else if (check.getPath().chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            violations.add(path + ".path", "has a blank or a control character in it: encode it, as %20");
        }
        if (!METHOD.matcher(check.getMethod()).matches()) {
            violations.add(path + ".method", "\"%s\" is no method: use one such as GET".formatted(check.getMethod()));
        }
    }

    private void refuseCommand(Check check, String path) {
        refuse(!check.getCommand().isEmpty() || check.getArgsCount() > 0, path + ".command", "script");
    }

    private void refuse(boolean isSet, String field, String types) {
        if (isSet) {
            violations.add(field, "is for checks of type %s only: take it out".formatted(types));
        }
    }

    private void checkRestart(Check check, String path) {
        if (check.getCheckRestart().getLimit() < 1) {
            violations.add(
                    path + ".limit",
                    "%d is not 1 or more".formatted(check.getCheckRestart().getLimit()));
        }
        DurationValidator.check(path + ".grace", check.getCheckRestart().getGrace(), Duration.ZERO, violations);
    }
}
