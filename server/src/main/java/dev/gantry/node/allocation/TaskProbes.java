package dev.gantry.node.allocation;

import dev.gantry.driver.RunningTask;
import dev.gantry.node.check.CheckProbe;
import dev.gantry.node.check.CheckProbes;
import dev.gantry.node.check.HttpCheckRequest;
import dev.gantry.node.check.ProbeSecurity;
import dev.gantry.node.environment.TaskEnvironment;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Check;
import dev.gantry.v1.CheckHeader;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes the probes of the checks of a task: interpolates their texts and looks up the addresses of their ports. A check
 * without a valid probe, such as a check of an unknown port, gets a probe that always fails and returns the reason.
 *
 * @param probes makes the probes
 * @param task the name of the task
 * @param environment the environment of the task
 * @param ports all ports of the allocation
 */
record TaskProbes(CheckProbes probes, String task, TaskEnvironment environment, List<AllocatedPort> ports) {

    /** Makes the probe of a check that has its defaults filled in. */
    CheckProbe of(Check check, RunningTask running) {
        Duration timeout = Duration.ofSeconds(
                check.getTimeout().getSeconds(), check.getTimeout().getNanos());
        String label = check.getPort();
        Optional<InetSocketAddress> address = address(label);
        return switch (check.getType()) {
            case CHECK_TYPE_SCRIPT -> probes.script(running, command(check), timeout);
            case CHECK_TYPE_TCP -> address.map(to -> probes.tcp(to, timeout)).orElseGet(() -> noPort(label));
            case CHECK_TYPE_HTTP -> address.map(to -> http(to, check, timeout)).orElseGet(() -> noPort(label));
            case CHECK_TYPE_GRPC -> address.map(to -> grpc(to, check, timeout)).orElseGet(() -> noPort(label));
            case CHECK_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                failing("This version of the node knows no check of type " + check.getTypeValue());
        };
    }

    private CheckProbe http(InetSocketAddress address, Check check, Duration timeout) {
        String path = environment.interpolate(check.getPath());
        // Checks that older servers have stored have no protocol.
        ProbeSecurity security = ProbeSecurity.of(check.getProtocol().equals("https"), check.getTlsSkipVerify());
        try {
            return probes.http(
                    new HttpCheckRequest(address, security, check.getMethod(), path, headers(check)), timeout);
        } catch (IllegalArgumentException e) {
            return failing("Can't request %s %s: %s".formatted(check.getMethod(), path, e.getMessage()));
        }
    }

    private Map<String, List<String>> headers(Check check) {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (CheckHeader header : check.getHeadersList()) {
            headers.computeIfAbsent(environment.interpolate(header.getName()), name -> new ArrayList<>())
                    .addAll(header.getValuesList().stream()
                            .map(environment::interpolate)
                            .toList());
        }
        return headers;
    }

    private CheckProbe grpc(InetSocketAddress address, Check check, Duration timeout) {
        ProbeSecurity security = ProbeSecurity.of(check.getGrpcUseTls(), check.getTlsSkipVerify());
        return probes.grpc(address, security, environment.interpolate(check.getGrpcService()), timeout);
    }

    private List<String> command(Check check) {
        List<String> command = new ArrayList<>();
        command.add(environment.interpolate(check.getCommand()));
        check.getArgsList().forEach(argument -> command.add(environment.interpolate(argument)));
        return command;
    }

    private Optional<InetSocketAddress> address(String label) {
        return ports.stream()
                .filter(port -> port.getLabel().equals(label) && port.getTask().equals(task))
                .findFirst()
                .or(() -> ports.stream()
                        .filter(port -> port.getLabel().equals(label))
                        .findFirst())
                .map(port -> new InetSocketAddress(port.getIp(), port.getPort()));
    }

    private static CheckProbe noPort(String label) {
        return failing("The allocation has no port \"%s\"".formatted(label));
    }

    private static CheckProbe failing(String why) {
        return () -> new CheckProbe.Result(false, why);
    }
}
