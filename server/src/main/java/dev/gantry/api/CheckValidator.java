package dev.gantry.api;

import dev.gantry.model.FieldPath;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckHeader;
import dev.gantry.v1.Service;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Validates the checks of a service by Nomad's rules. */
final class CheckValidator {

    private static final Duration SHORTEST_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    /** Nodes repeat the name in each update of a check's status. */
    private static final int LONGEST_NAME = 128;

    private static final int MOST_HEADERS = 64;

    private static final Set<String> PROTOCOLS = Set.of("http", "https");

    /** A token, as the grammar of HTTP calls it; it may also have references, which are interpolated on the node. */
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~{}-]{1,128}");

    /** Headers that HTTP clients make themselves. */
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "content-length", "expect", "transfer-encoding", "upgrade");

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
        refuseReferences(path + ".name", whole.getName());
        whole.getTagsList().forEach(tag -> refuseReferences(path + ".tags", tag));
        whole.getCanaryTagsList().forEach(tag -> refuseReferences(path + ".canary_tags", tag));
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

    /** Names and tags are in the server's catalog, which has no environment to look into. */
    private void refuseReferences(String field, String text) {
        if (text.contains("${")) {
            violations.add(
                    field,
                    "\"%s\" is not interpolated, except for ${JOB}, ${GROUP}, ${TASK}, ${BASE} and Nomad's names for these: write the value"
                            .formatted(text));
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
                refuseRequest(check, path);
                refuseCommand(check, path);
                refuseGrpc(check, path);
            }
            case CHECK_TYPE_HTTP -> {
                checkPort(whole, path);
                checkRequest(whole, path);
                checkHeaders(check, path + ".headers");
                refuseCommand(check, path);
                refuseGrpc(check, path);
            }
            case CHECK_TYPE_GRPC -> {
                checkPort(whole, path);
                refuseRequest(check, path);
                refuseCommand(check, path);
            }
            case CHECK_TYPE_SCRIPT -> {
                if (check.getCommand().isBlank()) {
                    violations.add(path + ".command", "is missing: a script check runs a command in the pod");
                }
                refuseRequest(check, path);
                refuseGrpc(check, path);
                refuse(!check.getPort().isEmpty(), path + ".port", "tcp, http and grpc");
            }
            case CHECK_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                violations.add(path + ".type", "is missing: use tcp, http, grpc or script");
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
        if (!PROTOCOLS.contains(check.getProtocol())) {
            violations.add(
                    path + ".protocol", "\"%s\" is no protocol: use http or https".formatted(check.getProtocol()));
        }
    }

    private void checkHeaders(Check check, String path) {
        if (check.getHeadersCount() > MOST_HEADERS) {
            violations.add(path, "has %d headers; the limit is %d".formatted(check.getHeadersCount(), MOST_HEADERS));
            return;
        }
        violations.checkUnique(
                path, "name", check.getHeadersList(), header -> header.getName().toLowerCase(Locale.ROOT));
        for (int i = 0; i < check.getHeadersCount(); i++) {
            CheckHeader header = check.getHeaders(i);
            String field = FieldPath.element(path, i);
            if (!HEADER.matcher(header.getName()).matches()) {
                violations.add(field + ".name", "\"%s\" is no name of a header".formatted(header.getName()));
            } else if (OF_THE_CONNECTION.contains(header.getName().toLowerCase(Locale.ROOT))) {
                violations.add(
                        field + ".name",
                        "%s is about the connection, which the node makes: take it out".formatted(header.getName()));
            }
            if (header.getValuesCount() == 0) {
                violations.add(field + ".values", "is empty: a header has at least one value");
            }
        }
    }

    private void refuseRequest(Check check, String path) {
        refuse(!check.getPath().isEmpty() || !check.getMethod().isEmpty(), path + ".path", "http");
        refuse(check.getHeadersCount() > 0, path + ".headers", "http");
        // "http" asks for nothing. Nomad ignores it, too.
        refuse(!check.getProtocol().isEmpty() && !check.getProtocol().equals("http"), path + ".protocol", "http");
    }

    private void refuseGrpc(Check check, String path) {
        refuse(!check.getGrpcService().isEmpty(), path + ".grpc_service", "grpc");
        refuse(check.getGrpcUseTls(), path + ".grpc_use_tls", "grpc");
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
