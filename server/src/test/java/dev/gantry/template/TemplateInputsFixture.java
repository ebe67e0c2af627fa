package dev.gantry.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Fixed inputs: two instances of the service web, one variable, and some environment variables. */
record TemplateInputsFixture(Map<String, String> environment) implements TemplateInputs {

    static final TemplateInputs INPUTS = new TemplateInputsFixture(Map.of(
            "NOMAD_PORT_http",
            "20001",
            "HOSTS",
            "a,b,c",
            "EMPTY",
            "",
            "JSON",
            "{\"name\":\"web\",\"size\":3,\"on\":true,\"list\":[1,2.5,\"x\",null],\"deep\":{\"b\":1,\"a\":\"<&>\"}}",
            "meta.owner",
            "ops"));

    @Override
    public Optional<String> env(String name) {
        return Optional.ofNullable(environment.get(name));
    }

    @Override
    public List<Instance> service(String name) {
        return name.equals("web")
                ? List.of(
                        instance("10.0.0.1", 20001, "a1", "blue", "v1"),
                        instance("10.0.0.2", 20002, "a2", "green", "v1"))
                : List.of();
    }

    private static Instance instance(String address, int port, String allocation, String... tags) {
        return new Instance("web", address, port, Stream.of(tags).toList(), "shop", allocation, "node-1");
    }

    @Override
    public Optional<Map<String, String>> variable(String path) {
        return path.equals("jobs/shop") ? Optional.of(Map.of("user", "web", "password", "s3cret")) : Optional.empty();
    }
}
