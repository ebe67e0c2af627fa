package dev.gantry.template;

import dev.gantry.template.TemplateInputs.Instance;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code nomadService "NAME"}, {@code nomadService "TAG.NAME"} and {@code nomadService COUNT KEY "NAME"}: the last selects
 * some instances by a hash of the key, so that each caller keeps most of its instances when others come and go.
 */
final class ServiceFunction {

    private ServiceFunction() {}

    static Value find(Function.Call call, List<Value> arguments) {
        LookupArguments.Query query = LookupArguments.query(text(arguments.get(arguments.size() - 1)));
        Stream<Instance> found = call.inputs().service(query.name()).stream()
                .filter(instance -> query.tag().isEmpty() || instance.tags().contains(query.tag()));
        return new Value.Items((arguments.size() == 3 ? some(found, arguments) : found)
                .map(ServiceFunction::value)
                .toList());
    }

    private static Stream<Instance> some(Stream<Instance> all, List<Value> arguments) {
        if (!(arguments.get(0) instanceof Value.Int count) || count.value() < 1) {
            throw new TemplateFault("the number of instances is no integer of 1 or more");
        }
        String key = text(arguments.get(1));
        return all.sorted(Comparator.comparing(instance -> hash(key, instance))).limit(count.value());
    }

    private static String text(Value value) {
        if (value instanceof Value.Text text) {
            return text.value();
        }
        throw new TemplateFault("the key or the name of the service is no text");
    }

    private static String hash(String key, Instance instance) {
        String place = "%s %s %d %s".formatted(key, instance.address(), instance.port(), instance.allocationId());
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(place.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java lacks SHA-256", e);
        }
    }

    private static Value value(Instance instance) {
        return new Value.Fields(Map.of(
                "ID",
                new Value.Text("%s-%s-%d".formatted(instance.allocationId(), instance.service(), instance.port())),
                "Name",
                new Value.Text(instance.service()),
                "Address",
                new Value.Text(instance.address()),
                "Port",
                new Value.Int(instance.port()),
                "Tags",
                new Value.Items(
                        instance.tags().stream().<Value>map(Value.Text::new).toList()),
                "JobID",
                new Value.Text(instance.jobId()),
                "AllocID",
                new Value.Text(instance.allocationId()),
                "Node",
                new Value.Text(instance.nodeId())));
    }
}
