package dev.gantry.access;

import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclVariableCapability;
import java.util.Locale;

/** The words for capabilities, features and degrees of access in policies, messages and docs. */
public final class AccessWords {

    private AccessWords() {}

    /**
     * Returns the word for a capability.
     *
     * @param capability a known capability
     * @return such as {@code submit}
     */
    public static String of(AclCapability capability) {
        return word(capability.name(), "ACL_CAPABILITY_");
    }

    /**
     * Returns the word for a capability on variables.
     *
     * @param capability a known capability
     * @return such as {@code destroy}
     */
    public static String of(AclVariableCapability capability) {
        return word(capability.name(), "ACL_VARIABLE_CAPABILITY_");
    }

    /**
     * Returns the word for a feature.
     *
     * @param feature a known feature
     * @return such as {@code host-volumes}
     */
    public static String of(AclJobFeature feature) {
        return word(feature.name(), "ACL_JOB_FEATURE_");
    }

    /**
     * Returns the word for a degree of access.
     *
     * @param access a known degree
     * @return such as {@code read}
     */
    public static String of(AclAccess access) {
        return word(access.name(), "ACL_ACCESS_");
    }

    /**
     * Says that a token lacks a capability on a job, and what would give it.
     *
     * @param needed the capability
     * @param jobId the id of the job
     * @return a sentence for the caller
     */
    public static String lacking(AclCapability needed, String jobId) {
        return lacking(of(needed), "job", jobId);
    }

    /**
     * Says that a token lacks a capability on a variable, and what would give it.
     *
     * @param needed the capability
     * @param path the path of the variable
     * @return a sentence for the caller
     */
    public static String lacking(AclVariableCapability needed, String path) {
        return lacking(of(needed), "variable", path);
    }

    private static String lacking(String word, String kind, String name) {
        return "The token lacks the capability %1$s on %2$s \"%3$s\": it needs a policy whose rule for this %2$s has capabilities = [\"%1$s\"]"
                .formatted(word, kind, name);
    }

    private static String word(String name, String prefix) {
        return name.substring(prefix.length()).replace('_', '-').toLowerCase(Locale.ROOT);
    }
}
