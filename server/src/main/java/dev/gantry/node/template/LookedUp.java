package dev.gantry.node.template;

import dev.gantry.template.TemplateInputs;
import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.TemplateData;
import dev.gantry.v1.TemplateService;
import dev.gantry.v1.Variable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the templates of a task read.
 *
 * @param environment finds environment variables and properties of the node
 * @param data what the server has told
 */
record LookedUp(Function<String, Optional<String>> environment, TemplateData data) implements TemplateInputs {

    @Override
    public Optional<String> env(String name) {
        return environment.apply(name);
    }

    @Override
    public List<Instance> service(String name) {
        return data.getServicesList().stream()
                .filter(service -> service.getName().equals(name))
                .map(TemplateService::getInstancesList)
                .flatMap(List::stream)
                .map(LookedUp::instance)
                .toList();
    }

    private static Instance instance(ServiceInstance instance) {
        return new Instance(
                instance.getService(),
                instance.getIp(),
                instance.getPort(),
                instance.getTagsList(),
                instance.getJobId(),
                instance.getAllocationId(),
                instance.getNodeId());
    }

    @Override
    public Optional<Map<String, String>> variable(String path) {
        return data.getVariablesList().stream()
                .filter(variable -> variable.getPath().equals(path))
                .findFirst()
                .map(Variable::getItemsMap);
    }
}
