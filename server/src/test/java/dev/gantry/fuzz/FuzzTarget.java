package dev.gantry.fuzz;

import dev.gantry.app.FuzzSeeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A class with {@code fuzzerTestOneInput(byte[])}, in the package of the code that it attacks.
 *
 * @param module the module that has it: {@code rkt} is a program of its own, with other versions of libraries
 * @param className its name, with the package
 */
record FuzzTarget(String module, String className) {

    /** All targets. */
    static final List<FuzzTarget> ALL = List.of(
            new FuzzTarget("server", "dev.gantry.app.CallFuzz"),
            new FuzzTarget("server", "dev.gantry.app.NodeSessionFuzz"),
            new FuzzTarget("server", "dev.gantry.api.PageTokenFuzz"),
            new FuzzTarget("server", "dev.gantry.cli.VariableItemsFuzz"),
            new FuzzTarget("server", "dev.gantry.jobfile.JobFileFuzz"),
            new FuzzTarget("server", "dev.gantry.jobfile.PolicyFileFuzz"),
            new FuzzTarget("server", "dev.gantry.jobfile.RestrictionFileFuzz"),
            new FuzzTarget("server", "dev.gantry.node.artifact.ArchiveFuzz"),
            new FuzzTarget("server", "dev.gantry.template.TemplateFuzz"),
            new FuzzTarget("rkt", "dev.gantry.rkt.appc.ImageManifestFuzz"),
            new FuzzTarget("rkt", "dev.gantry.rkt.cli.FlagsFuzz"),
            new FuzzTarget("rkt", "dev.gantry.rkt.image.ImageFuzz"));

    /**
     * Returns some targets.
     *
     * @param names their names, with commas between them; {@code all}: all targets
     * @throws IllegalArgumentException if there is no target of a name
     */
    static List<FuzzTarget> named(String names) {
        return names.equals("all")
                ? ALL
                : Arrays.stream(names.split(",")).map(FuzzTarget::one).toList();
    }

    private static FuzzTarget one(String name) {
        return ALL.stream()
                .filter(target -> target.name().equals(name))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException("No target of the fuzzer: " + name));
    }

    /** Returns the name without the package. */
    String name() {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    /** Returns the directory of the inputs that the repository keeps for it. */
    Path keptInputs() {
        return Path.of("..", module, "src/test/fuzz", name());
    }

    /**
     * Writes inputs that are made of the descriptors of messages, or that the repository has for other purposes.
     *
     * @param dir the directory of the files
     * @throws IOException if they can't be written
     */
    void writeSeeds(Path dir) throws IOException {
        switch (name()) {
            case "CallFuzz" -> FuzzSeeds.writeCalls(dir);
            case "NodeSessionFuzz" -> FuzzSeeds.writeSessions(dir);
            case "JobFileFuzz" -> {
                copy(Path.of("../docs/examples"), dir);
                copy(Path.of("../server/src/test/resources/dev/gantry/jobfile/hcl2"), dir);
            }
            default -> {}
        }
    }

    private static void copy(Path jobs, Path dir) throws IOException {
        try (Stream<Path> files = Files.list(jobs)) {
            for (Path job : files.filter(file -> file.toString().matches(".*\\.(hcl|json)"))
                    .toList()) {
                Files.copy(job, dir.resolve(job.getFileName()));
            }
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
