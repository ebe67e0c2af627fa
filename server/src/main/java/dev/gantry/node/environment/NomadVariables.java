package dev.gantry.node.environment;

import dev.gantry.v1.AllocatedPort;
import dev.gantry.v1.Allocation;
import dev.gantry.v1.Job;
import dev.gantry.v1.Node;
import dev.gantry.v1.Task;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * The environment variables that Nomad 0.8 gives a task, without the prefix {@code NOMAD_}. Ports are those of the
 * node: Nomad's rkt driver does not know the ports inside the pod when it starts the pod.
 */
final class NomadVariables {

    /** Nomad's default region; Gantry has no regions. */
    static final String REGION = "global";

    private final Map<String, String> variables = new LinkedHashMap<>();

    private NomadVariables() {}

    /** Returns all variables in the order in which they have to be set. The names are not cleaned for sh yet. */
    static Map<String, String> of(Node node, Job job, Allocation allocation, Task task, Map<String, String> meta) {
        NomadVariables all = new NomadVariables();
        all.addDirectories();
        all.addLimits(task);
        all.addNames(node, job, allocation, task);
        allocation.getPortsList().forEach(port -> all.addPort(port, task));
        all.addMeta(meta);
        return all.variables;
    }

    private void addDirectories() {
        variables.put("ALLOC_DIR", "/alloc");
        variables.put("TASK_DIR", "/local");
        variables.put("SECRETS_DIR", "/secrets");
    }

    private void addLimits(Task task) {
        variables.put("MEMORY_LIMIT", Integer.toString(task.getResources().getMemoryMib()));
        variables.put("CPU_LIMIT", Integer.toString(task.getResources().getCpu()));
    }

    private void addNames(Node node, Job job, Allocation allocation, Task task) {
        variables.put("ALLOC_ID", allocation.getId());
        variables.put("ALLOC_NAME", allocation.getName());
        variables.put("ALLOC_INDEX", Integer.toString(allocation.getIndex()));
        variables.put("TASK_NAME", task.getName());
        variables.put("GROUP_NAME", allocation.getTaskGroup());
        variables.put("JOB_NAME", job.getName());
        variables.put("DC", node.getDatacenter());
        variables.put("REGION", REGION);
    }

    private void addPort(AllocatedPort port, Task task) {
        boolean isOwn = port.getTask().equals(task.getName());
        String label = isOwn ? port.getLabel() : port.getTask() + "_" + port.getLabel();
        String number = Integer.toString(port.getPort());
        variables.put("IP_" + label, port.getIp());
        variables.put("PORT_" + label, number);
        variables.put("ADDR_" + label, address(port));
        if (isOwn) {
            variables.put("HOST_PORT_" + label, number);
        }
    }

    private void addMeta(Map<String, String> meta) {
        meta.forEach((key, value) -> {
            variables.put("META_" + key.toUpperCase(Locale.ROOT), value);
            variables.put("META_" + key, value);
        });
    }

    private static String address(AllocatedPort port) {
        boolean isIpv6 = port.getIp().indexOf(':') >= 0;
        return (isIpv6 ? "[%s]:%d" : "%s:%d").formatted(port.getIp(), port.getPort());
    }
}
