package dev.gantry.cli;

import dev.gantry.jobfile.JobFiles;
import dev.gantry.jobfile.JobSource;
import dev.gantry.jobfile.VariableFiles;
import dev.gantry.jobfile.hcl2.Inputs;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Option;

/** {@code --var} and {@code --var-file}: the values of the variables of a job file. */
final class JobVariableOptions {

    private static final String PREFIX = "GANTRY_VAR_";
    private static final String NOMADS = "NOMAD_VAR_";

    @Option(
            names = "--var",
            paramLabel = "NAME=VALUE",
            description = "Sets a variable of the job file. Overrides --var-file, and this GANTRY_VAR_NAME.")
    private List<String> values = List.of();

    @Option(
            names = "--var-file",
            paramLabel = "FILE",
            description = "File that sets variables of the job file: NAME = VALUE lines in HCL, or a JSON object.")
    private List<Path> files = List.of();

    /** Reads the job in a file, or on standard input if the name is {@code -}. */
    JobSource read(CliContext context, String file) {
        Inputs inputs = inputs(context.environment());
        return file.equals("-")
                ? JobFiles.open("standard input", context.console().in(), inputs)
                : JobFiles.open(Path.of(file), inputs);
    }

    /** Reads the jobs in several files. A value is for each file that declares its variable, and at least one must. */
    List<JobSource> readAll(CliContext context, List<String> names) {
        List<JobSource> jobs = names.stream().map(file -> read(context, file)).toList();
        Set<String> nowhere = new HashSet<>();
        jobs.forEach(job -> nowhere.addAll(job.undeclared()));
        jobs.forEach(job -> nowhere.retainAll(job.undeclared()));
        return jobs.stream()
                .map(job -> job.without(job.undeclared().stream()
                        .filter(variable -> !nowhere.contains(variable))
                        .collect(Collectors.toSet())))
                .toList();
    }

    /** Returns the options as a shell would read them again, each followed by a blank; empty if none is given. */
    String written() {
        return Stream.concat(
                        values.stream().map(value -> "--var " + ShellWord.of(value) + " "),
                        files.stream().map(file -> "--var-file " + ShellWord.of(file.toString()) + " "))
                .collect(Collectors.joining());
    }

    private Inputs inputs(Map<String, String> environment) {
        Inputs inputs = Inputs.NONE;
        for (Map.Entry<String, String> variable : environment.entrySet()) {
            String name = variable.getKey();
            if (name.startsWith(PREFIX)) {
                inputs = inputs.withEnvironment(
                        name.substring(PREFIX.length()),
                        variable.getValue(),
                        "of " + name,
                        example -> name + "=" + ShellWord.of(example));
            } else if (name.startsWith(NOMADS)) {
                inputs =
                        inputs.ignoring(name.substring(NOMADS.length()), name + " is set, but Gantry does not read it");
            }
        }
        for (Path file : files) {
            inputs = VariableFiles.read(file, inputs);
        }
        for (String value : values) {
            int sign = value.indexOf('=');
            if (sign < 1) {
                throw new CommandFailedException("--var takes NAME=VALUE, not " + value);
            }
            String name = value.substring(0, sign);
            inputs = inputs.with(
                    name,
                    value.substring(sign + 1),
                    "of --var " + name,
                    example -> "--var " + ShellWord.of(name + "=" + example));
        }
        return inputs;
    }
}
