package dev.gantry.api;

import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.Register;
import java.util.List;
import java.util.regex.Pattern;

/** Says what is wrong with what a node says, before any of it is stored. */
final class NodeValidator {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern IP = Pattern.compile("[0-9.]{7,15}|[0-9A-Fa-f:.]{2,45}");
    private static final int LONGEST_SECRET = 128;
    private static final int HIGHEST_PORT = 65535;

    private NodeValidator() {}

    /** The faults of a message; none for a good one. */
    static List<JobViolation> check(ConnectRequest request) {
        Violations violations = new Violations();
        switch (request.getMessageCase()) {
            case REGISTER -> checkRegister(request.getRegister(), violations);
            case FINGERPRINT ->
                checkResources(request.getFingerprint().getResources(), "fingerprint.resources", violations);
            case ALLOCATION_UPDATES ->
                checkUpdates(request.getAllocationUpdates().getUpdatesList(), violations);
            case HEARTBEAT, LOG_CHUNK, MESSAGE_NOT_SET -> {}
        }
        return violations.found();
    }

    private static void checkRegister(Register register, Violations violations) {
        Node node = register.getNode();
        if (!UUID.matcher(node.getId()).matches()) {
            violations.add("register.node.id", "\"%s\" is no UUID in lower case".formatted(node.getId()));
        }
        violations.checkName("register.node.name", node.getName());
        violations.checkName("register.node.datacenter", node.getDatacenter());
        if (register.getSecret().isEmpty() || register.getSecret().length() > LONGEST_SECRET) {
            violations.add("register.secret", "must have 1 to %d characters".formatted(LONGEST_SECRET));
        }
        checkResources(node.getResources(), "register.node.resources", violations);
    }

    private static void checkResources(NodeResources resources, String path, Violations violations) {
        if (resources.getCpu() < 0 || resources.getMemoryMib() < 0 || resources.getDiskMib() < 0) {
            violations.add(path, "has less than nothing of cpu, memory or disk");
        }
        if (!IP.matcher(resources.getIp()).matches()) {
            violations.add(path + ".ip", "\"%s\" is no IP address".formatted(resources.getIp()));
        }
        int first = resources.getMinDynamicPort();
        int last = resources.getMaxDynamicPort();
        if (first < 1 || last > HIGHEST_PORT || first > last) {
            violations.add(
                    path + ".min_dynamic_port",
                    "%d to %d is no range of ports within 1 and %d".formatted(first, last, HIGHEST_PORT));
        }
    }

    private static void checkUpdates(List<AllocationUpdate> updates, Violations violations) {
        for (int i = 0; i < updates.size(); i++) {
            String field = "allocation_updates.updates[" + i + "].client_status";
            switch (updates.get(i).getClientStatus()) {
                case CLIENT_STATUS_PENDING, CLIENT_STATUS_RUNNING, CLIENT_STATUS_COMPLETE, CLIENT_STATUS_FAILED -> {}
                case CLIENT_STATUS_LOST -> violations.add(field, "only a server says that an allocation is lost");
                case CLIENT_STATUS_UNSPECIFIED, UNRECOGNIZED -> violations.add(field, "is missing or unknown");
            }
        }
    }
}
