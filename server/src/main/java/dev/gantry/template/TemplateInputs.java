package dev.gantry.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What templates read. */
public interface TemplateInputs {

    /**
     * Finds an environment variable, or a property of the node or the job.
     *
     * @param name such as {@code NOMAD_PORT_http}, {@code meta.owner} or {@code attr.kernel.name}
     * @return its value; empty if there is none
     */
    Optional<String> env(String name);

    /**
     * Finds the healthy instances of a service.
     *
     * @param name the name of the service
     * @return the instances, which may be none, in a fixed order
     */
    List<Instance> service(String name);

    /**
     * Finds a variable.
     *
     * @param path its path
     * @return its items; empty if there is no such variable
     */
    Optional<Map<String, String>> variable(String path);

    /**
     * An instance of a service.
     *
     * @param service the name of the service
     * @param address the IP address
     * @param port the port
     * @param tags the tags
     * @param jobId the job
     * @param allocationId the allocation
     * @param nodeId the node
     */
    record Instance(
            String service,
            String address,
            int port,
            List<String> tags,
            String jobId,
            String allocationId,
            String nodeId) {

        /** Copies the list. */
        public Instance {
            tags = List.copyOf(tags);
        }
    }
}
