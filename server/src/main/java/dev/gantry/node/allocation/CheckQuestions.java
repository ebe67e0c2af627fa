package dev.gantry.node.allocation;

import dev.gantry.driver.RunningTask;
import dev.gantry.node.check.Answer;
import dev.gantry.node.check.Question;
import dev.gantry.node.check.Questions;
import dev.gantry.node.environment.TaskEnvironment;
import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Check;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes questions of the checks of a task: names in them are replaced, labels of ports become addresses. What can't be
 * asked is a question that always fails, and says why.
 *
 * @param questions the ways to ask
 * @param task the task's name
 * @param environment the task's
 * @param ports all ports of the allocation
 */
record CheckQuestions(Questions questions, String task, TaskEnvironment environment, List<AllocatedPort> ports) {

    /** The question of a check that leaves nothing out. */
    Question of(Check check, RunningTask running) {
        Duration timeout = Duration.ofSeconds(
                check.getTimeout().getSeconds(), check.getTimeout().getNanos());
        String label = check.getPort();
        Optional<InetSocketAddress> address = address(label);
        return switch (check.getType()) {
            case CHECK_TYPE_SCRIPT -> questions.script(running, line(check), timeout);
            case CHECK_TYPE_TCP -> address.map(to -> questions.tcp(to, timeout)).orElseGet(() -> noPort(label));
            case CHECK_TYPE_HTTP -> address.map(to -> http(to, check, timeout)).orElseGet(() -> noPort(label));
            case CHECK_TYPE_UNSPECIFIED, UNRECOGNIZED ->
                failing("This version of the node knows no check of type " + check.getTypeValue());
        };
    }

    private Question http(InetSocketAddress address, Check check, Duration timeout) {
        String path = environment.interpolate(check.getPath());
        try {
            return questions.http(address, check.getMethod(), path, timeout);
        } catch (IllegalArgumentException e) {
            return failing("Can't ask %s %s: %s".formatted(check.getMethod(), path, e.getMessage()));
        }
    }

    private List<String> line(Check check) {
        List<String> line = new ArrayList<>();
        line.add(environment.interpolate(check.getCommand()));
        check.getArgsList().forEach(argument -> line.add(environment.interpolate(argument)));
        return line;
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

    private static Question noPort(String label) {
        return failing("The allocation has no port \"%s\"".formatted(label));
    }

    private static Question failing(String why) {
        return () -> new Answer(false, why);
    }
}
