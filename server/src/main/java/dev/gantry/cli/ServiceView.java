package dev.gantry.cli;

import dev.gantry.v1.ServiceInstance;
import dev.gantry.v1.ServiceSummary;
import java.util.List;

/** Shows services. */
final class ServiceView {

    private ServiceView() {}

    /** Shows a table; without objects, a line that says so. */
    static List<String> all(List<ServiceSummary> services) {
        if (services.isEmpty()) {
            return List.of("No services");
        }
        return new Table("Service", "Tags", "Healthy", "Total")
                .rows(
                        services,
                        service -> List.of(
                                service.getName(),
                                TextFormat.list(service.getTagsList()),
                                Integer.toString(service.getHealthy()),
                                Integer.toString(service.getTotal())))
                .lines();
    }

    /** Shows a table; without objects, a line that says so. */
    static List<String> instances(String name, List<ServiceInstance> instances, VerboseOption ids) {
        if (instances.isEmpty()) {
            return List.of("No healthy instances of service \"%s\"".formatted(name));
        }
        return new Table("Address", "Tags", "Job", "Task", "Node ID", "Alloc ID")
                .rows(
                        instances,
                        instance -> List.of(
                                instance.getIp() + ":" + instance.getPort(),
                                TextFormat.list(instance.getTagsList()),
                                instance.getJobId(),
                                instance.getTask(),
                                ids.id(instance.getNodeId()),
                                ids.id(instance.getAllocationId())))
                .lines();
    }
}
