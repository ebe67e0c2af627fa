package dev.gantry.api;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import dev.gantry.model.FieldPath;
import dev.gantry.model.IpLiteral;
import dev.gantry.model.NodeLimits;
import dev.gantry.restriction.RestrictionChecks;
import dev.gantry.v1.AllocationUpdate;
import dev.gantry.v1.CheckState;
import dev.gantry.v1.ConnectRequest;
import dev.gantry.v1.DriverHealth;
import dev.gantry.v1.FileAnswer;
import dev.gantry.v1.FileInfo;
import dev.gantry.v1.FileQuestion;
import dev.gantry.v1.Fingerprint;
import dev.gantry.v1.JobViolation;
import dev.gantry.v1.LogChunk;
import dev.gantry.v1.Node;
import dev.gantry.v1.NodeResources;
import dev.gantry.v1.Register;
import dev.gantry.v1.TaskActionResult;
import dev.gantry.v1.TaskEvent;
import dev.gantry.v1.TaskState;
import dev.gantry.v1.VariablesRequest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Validates the messages of nodes before anything of them is stored. An honest node keeps to all of these rules. Texts
 * that an honest node may not know to be too long are shortened by {@link NodeMessageTruncation} instead.
 */
final class NodeValidator {

    private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final int LONGEST_SECRET = 128;
    private static final int LONGEST_REFUSAL = 1024;
    private static final int HIGHEST_PORT = 65535;

    /** The most characters of a name, an id or a type in an allocation update; jobs and servers give no longer ones. */
    private static final int LONGEST_NAME = 512;

    private static final int MOST_TASKS = 2_000;
    private static final int MOST_CHECKS = 5_000;
    private static final int LARGEST_CHUNK = 64 * 1024;

    /** In characters; a name has at most 255 bytes. */
    private static final int LONGEST_FILE_NAME = 255;

    /** In characters, such as rwxr-xr-x. */
    private static final int LONGEST_PERMISSIONS = 9;

    /** In MHz: more than any machine has. */
    private static final long MOST_CPU = 1_000_000_000;

    /** In MiB: a pebibyte. */
    private static final long MOST_MEMORY = 1L << 30;

    /** In MiB: an exbibyte. */
    private static final long MOST_DISK = 1L << 40;

    /** In characters, as Linux has it in bytes. */
    private static final int LONGEST_PATH = 4096;

    private NodeValidator() {}

    /** Returns the faults of a message; empty for a valid one. */
    static List<JobViolation> check(ConnectRequest request) {
        Violations violations = new Violations();
        switch (request.getMessageCase()) {
            case REGISTER -> checkRegister(request.getRegister(), violations);
            case FINGERPRINT -> checkFingerprint(request.getFingerprint(), violations);
            case ALLOCATION_UPDATES ->
                checkUpdates(request.getAllocationUpdates().getUpdatesList(), violations);
            case LOG_CHUNK -> checkChunk(request.getLogChunk(), violations);
            case VARIABLES_REQUEST -> checkVariablesRequest(request.getVariablesRequest(), violations);
            case TEMPLATE_WATCH -> {
                checkLength(
                        "template_watch.allocation_id",
                        request.getTemplateWatch().getAllocationId(),
                        LONGEST_NAME,
                        violations);
                checkLength("template_watch.task", request.getTemplateWatch().getTask(), LONGEST_NAME, violations);
            }
            case TASK_ACTION_RESULT -> checkActionResult(request.getTaskActionResult(), violations);
            case FILE_ANSWER -> checkFileAnswer(request.getFileAnswer(), violations);
            case DATA_QUESTION -> checkDataQuestion(request.getDataQuestion(), violations);
            case HEARTBEAT, MESSAGE_NOT_SET -> {}
        }
        return violations.found();
    }

    private static void checkDataQuestion(FileQuestion question, Violations violations) {
        checkLength("data_question.allocation_id", question.getAllocationId(), LONGEST_NAME, violations);
        checkLength("data_question.path", question.getPath(), LONGEST_PATH, violations);
        checkLength("data_question.list.after", question.getList().getAfter(), LONGEST_FILE_NAME, violations);
    }

    private static void checkVariablesRequest(VariablesRequest request, Violations violations) {
        checkLength("variables_request.allocation_id", request.getAllocationId(), LONGEST_NAME, violations);
        checkLength("variables_request.task", request.getTask(), LONGEST_NAME, violations);
    }

    private static void checkActionResult(TaskActionResult result, Violations violations) {
        checkCount("task_action_result.tasks", result.getTasksCount(), MOST_TASKS, violations);
        for (int i = 0; i < Math.min(result.getTasksCount(), MOST_TASKS); i++) {
            checkLength(FieldPath.element("task_action_result.tasks", i), result.getTasks(i), LONGEST_NAME, violations);
        }
    }

    private static void checkRegister(Register register, Violations violations) {
        Node node = register.getNode();
        if (!UUID.matcher(node.getId()).matches()) {
            violations.add("register.node.id", "\"%s\" is no UUID in lower case".formatted(node.getId()));
        }
        violations.checkName("register.node.name", node.getName());
        violations.checkName("register.node.datacenter", node.getDatacenter());
        TextRules.check("register.node.node_class", node.getNodeClass(), violations);
        checkLength("register.node.node_class", node.getNodeClass(), NodeLimits.LONGEST_CLASS, violations);
        if (register.getSecret().isEmpty() || register.getSecret().length() > LONGEST_SECRET) {
            violations.add("register.secret", "must have 1 to %d characters".formatted(LONGEST_SECRET));
        }
        checkEntries("register.node.meta", node.getMetaMap(), violations);
        checkEntries("register.node.attributes", node.getAttributesMap(), violations);
        checkDrivers("register.node.drivers", node.getDriversMap(), violations);
        violations.addAll(RestrictionChecks.check(node.getRestrictions(), "register.node.restrictions"));
        checkSize("register.node", node.getSerializedSize(), violations);
        TextRules.check("register.refusal", register.getRefusal(), violations);
        checkLength("register.refusal", register.getRefusal(), LONGEST_REFUSAL, violations);
        checkResources(node.getResources(), "register.node.resources", violations);
    }

    private static void checkFingerprint(Fingerprint fingerprint, Violations violations) {
        checkEntries("fingerprint.attributes", fingerprint.getAttributesMap(), violations);
        checkDrivers("fingerprint.drivers", fingerprint.getDriversMap(), violations);
        checkSize("fingerprint", fingerprint.getSerializedSize(), violations);
        checkResources(fingerprint.getResources(), "fingerprint.resources", violations);
    }

    private static void checkEntries(String field, Map<String, String> entries, Violations violations) {
        if (entries.size() > NodeLimits.MOST_ENTRIES) {
            violations.add(field, "has %d entries; the limit is %d".formatted(entries.size(), NodeLimits.MOST_ENTRIES));
            return;
        }
        entries.forEach((name, value) -> {
            if (name.isEmpty() || !TextRules.isPlain(name)) {
                violations.add(field, "\"%s\" is no name: it is empty or has a control character".formatted(name));
            }
            checkLength(field, name, NodeLimits.LONGEST_KEY, violations);
            checkLength(FieldPath.entry(field, name), value, NodeLimits.LONGEST_VALUE, violations);
        });
    }

    private static void checkDrivers(String field, Map<String, DriverHealth> drivers, Violations violations) {
        if (drivers.size() > NodeLimits.MOST_DRIVERS) {
            violations.add(field, "has %d entries; the limit is %d".formatted(drivers.size(), NodeLimits.MOST_DRIVERS));
            return;
        }
        drivers.keySet().forEach(name -> violations.checkName(field, name));
    }

    private static void checkSize(String field, int size, Violations violations) {
        if (size > NodeLimits.LARGEST_NODE) {
            violations.add(field, "is %d bytes long; the limit is %d".formatted(size, NodeLimits.LARGEST_NODE));
        }
    }

    private static void checkResources(NodeResources resources, String path, Violations violations) {
        checkRange(path + ".cpu", resources.getCpu(), MOST_CPU, "MHz", violations);
        checkRange(path + ".memory_mib", resources.getMemoryMib(), MOST_MEMORY, "MiB", violations);
        checkRange(path + ".disk_mib", resources.getDiskMib(), MOST_DISK, "MiB", violations);
        if (!IpLiteral.isValid(resources.getIp())) {
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

    private static void checkRange(String field, long value, long most, String unit, Violations violations) {
        if (value < 0 || value > most) {
            violations.add(field, "%d %s is not within 0 and %d".formatted(value, unit, most));
        }
    }

    private static void checkUpdates(List<AllocationUpdate> updates, Violations violations) {
        for (int i = 0; i < updates.size(); i++) {
            checkUpdate(updates.get(i), FieldPath.element("allocation_updates.updates", i), violations);
        }
    }

    private static void checkUpdate(AllocationUpdate update, String path, Violations violations) {
        String field = path + ".client_status";
        switch (update.getClientStatus()) {
            case CLIENT_STATUS_PENDING, CLIENT_STATUS_RUNNING, CLIENT_STATUS_COMPLETE, CLIENT_STATUS_FAILED -> {}
            case CLIENT_STATUS_LOST -> violations.add(field, "only a server says that an allocation is lost");
            case CLIENT_STATUS_UNSPECIFIED, UNRECOGNIZED -> violations.add(field, "is missing or unknown");
        }
        checkLength(path + ".allocation_id", update.getAllocationId(), LONGEST_NAME, violations);
        checkCount(path + ".task_states", update.getTaskStatesCount(), MOST_TASKS, violations);
        checkCount(path + ".checks", update.getChecksCount(), MOST_CHECKS, violations);
        for (int i = 0; i < update.getTaskStatesCount(); i++) {
            checkState(update.getTaskStates(i), FieldPath.element(path + ".task_states", i), violations);
        }
        for (int i = 0; i < update.getChecksCount(); i++) {
            checkState(update.getChecks(i), FieldPath.element(path + ".checks", i), violations);
        }
    }

    private static void checkState(CheckState state, String path, Violations violations) {
        checkLength(path + ".task", state.getTask(), LONGEST_NAME, violations);
        checkLength(path + ".service", state.getService(), LONGEST_NAME, violations);
        checkLength(path + ".check", state.getCheck(), LONGEST_NAME, violations);
        checkTime(path + ".status_time", state.getStatusTime(), violations);
    }

    private static void checkState(TaskState state, String path, Violations violations) {
        checkLength(path + ".task", state.getTask(), LONGEST_NAME, violations);
        checkLength(path + ".pod_id", state.getPodId(), LONGEST_NAME, violations);
        checkTime(path + ".start_time", state.getStartTime(), violations);
        checkTime(path + ".end_time", state.getEndTime(), violations);
        checkTime(path + ".last_restart_time", state.getLastRestartTime(), violations);
        for (int i = 0; i < state.getEventsCount(); i++) {
            TaskEvent event = state.getEvents(i);
            String eventPath = FieldPath.element(path + ".events", i);
            checkTime(eventPath + ".time", event.getTime(), violations);
            checkLength(eventPath + ".type", event.getType(), LONGEST_NAME, violations);
        }
    }

    private static void checkChunk(LogChunk chunk, Violations violations) {
        if (chunk.getData().size() > LARGEST_CHUNK) {
            violations.add(
                    "log_chunk.data",
                    "is %d bytes long; the limit is %d"
                            .formatted(chunk.getData().size(), LARGEST_CHUNK));
        }
        if (chunk.getNextOffset() < 0) {
            violations.add("log_chunk.next_offset", "%d is below 0".formatted(chunk.getNextOffset()));
        }
    }

    private static void checkFileAnswer(FileAnswer answer, Violations violations) {
        if (answer.getData().size() > NodeLimits.LARGEST_FILE_PIECE) {
            violations.add(
                    "file_answer.data",
                    "is %d bytes long; the limit is %d"
                            .formatted(answer.getData().size(), NodeLimits.LARGEST_FILE_PIECE));
        }
        if (answer.getSkipped() < 0 || answer.getSkipped() > NodeLimits.MOST_SKIPPED_ZEROS) {
            violations.add(
                    "file_answer.skipped",
                    "%d is not within 0 and %d".formatted(answer.getSkipped(), NodeLimits.MOST_SKIPPED_ZEROS));
        }
        checkFile("file_answer.file", answer.getFile(), violations);
        checkCount("file_answer.files", answer.getFilesCount(), NodeLimits.MOST_LISTED_FILES, violations);
        for (int i = 0; i < Math.min(answer.getFilesCount(), NodeLimits.MOST_LISTED_FILES); i++) {
            checkFile(FieldPath.element("file_answer.files", i), answer.getFiles(i), violations);
        }
    }

    private static void checkFile(String field, FileInfo file, Violations violations) {
        checkLength(field + ".name", file.getName(), LONGEST_FILE_NAME, violations);
        checkLength(field + ".permissions", file.getPermissions(), LONGEST_PERMISSIONS, violations);
        checkTime(field + ".modify_time", file.getModifyTime(), violations);
        checkLength(field + ".link_target", file.getLinkTarget(), LONGEST_PATH, violations);
        if (file.getSize() < 0) {
            violations.add(field + ".size", "%d is below 0".formatted(file.getSize()));
        }
    }

    private static void checkTime(String field, Timestamp time, Violations violations) {
        if (!Timestamps.isValid(time)) {
            violations.add(field, "%d s and %d ns are no time".formatted(time.getSeconds(), time.getNanos()));
        }
    }

    private static void checkLength(String field, String text, int longest, Violations violations) {
        if (text.length() > longest) {
            violations.add(field, "is %d characters long; the limit is %d".formatted(text.length(), longest));
        }
    }

    private static void checkCount(String field, int count, int most, Violations violations) {
        if (count > most) {
            violations.add(field, "has %d entries; the limit is %d".formatted(count, most));
        }
    }
}
