package dev.gantry.api;

import dev.gantry.jobfile.JobFiles;
import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl2.Inputs;
import dev.gantry.v1.Job;
import dev.gantry.v1.JobFile;
import dev.gantry.v1.JobFileFault;
import dev.gantry.v1.ParseJobResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reads a job file that came in a request. */
final class JobFileAnswer {

    private static final int MOST_VARIABLES = 1_000;

    private JobFileAnswer() {}

    /** Returns the job, or all faults of the file; throws an {@link InvalidRequestException} if it is too large. */
    static ParseJobResponse of(JobFile file) {
        requireLimits(file);
        Inputs inputs = Inputs.NONE;
        for (Map.Entry<String, String> variable : file.getVariablesMap().entrySet()) {
            inputs = inputs.with(variable.getKey(), variable.getValue(), "of the request");
        }
        Faults faults = new Faults();
        Job job = JobFiles.parse(file.getText(), inputs, faults);
        if (faults.isEmpty()) {
            return ParseJobResponse.newBuilder().setJob(job).build();
        }
        ParseJobResponse.Builder answer = ParseJobResponse.newBuilder();
        faults.inOrder()
                .forEach(fault -> answer.addFaults(JobFileFault.newBuilder()
                        .setLine(fault.position().line())
                        .setColumn(fault.position().column())
                        .setDescription(JobFiles.oneLine(fault.getMessage()))));
        return answer.build();
    }

    private static void requireLimits(JobFile file) {
        Violations violations = new Violations();
        long size = bytes(file.getText());
        if (size > JobFiles.LARGEST) {
            violations.add("file.text", "has %d bytes; the limit is %d".formatted(size, JobFiles.LARGEST));
        }
        if (file.getVariablesCount() > MOST_VARIABLES) {
            violations.add(
                    "file.variables",
                    "has %d entries; the limit is %d".formatted(file.getVariablesCount(), MOST_VARIABLES));
        }
        long values = file.getVariablesMap().entrySet().stream()
                .mapToLong(variable -> bytes(variable.getKey()) + bytes(variable.getValue()))
                .sum();
        if (values > JobFiles.LARGEST) {
            violations.add("file.variables", "have %d bytes; the limit is %d".formatted(values, JobFiles.LARGEST));
        }
        violations.requireNone();
    }

    private static long bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
