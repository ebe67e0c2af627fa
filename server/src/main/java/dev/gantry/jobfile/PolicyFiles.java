package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.HclParser;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclPolicy;
import dev.gantry.v1.AclVariableCapability;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;

/** Reads policies. */
public final class PolicyFiles {

    private static final SourceFiles<AclPolicy> FILES = new SourceFiles<>(
            "policy file",
            "a policy has at most 128 rules for jobs",
            (text, faults) -> HclPolicy.read(HclParser.parse(text), faults));

    private PolicyFiles() {}

    /**
     * Reads a policy.
     *
     * @param file the file
     * @return the policy, without a name
     * @throws JobFileException if the file can't be read, is larger than 1 MiB, or does not say a policy
     */
    public static AclPolicy read(Path file) {
        return FILES.read(file);
    }

    /**
     * Reads a policy from a stream, such as standard input.
     *
     * @param name how messages call it
     * @param in the file's bytes, UTF-8; not closed
     * @return the policy, without a name
     * @throws JobFileException if the stream can't be read, is larger than 1 MiB, or does not say a policy
     */
    public static AclPolicy read(String name, InputStream in) {
        return FILES.read(name, in);
    }

    /**
     * Returns the word of {@code policy} in a rule for jobs that stands for exactly some capabilities.
     *
     * @param capabilities the capabilities, in any order
     * @return {@code deny}, {@code read}, {@code submit} or {@code write}; empty if none of them does
     */
    public static Optional<String> shorthand(Collection<AclCapability> capabilities) {
        return HclPolicy.shorthand(capabilities);
    }

    /**
     * Returns the word of {@code policy} in a rule for variables that stands for exactly some capabilities.
     *
     * @param capabilities the capabilities, in any order
     * @return {@code deny}, {@code list}, {@code read} or {@code write}; empty if none of them does
     */
    public static Optional<String> shorthandOfVariables(Collection<AclVariableCapability> capabilities) {
        return HclPolicy.shorthandOfVariables(capabilities);
    }
}
