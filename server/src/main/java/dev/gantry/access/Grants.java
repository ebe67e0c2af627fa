package dev.gantry.access;

import dev.gantry.v1.AclAccess;
import dev.gantry.v1.AclCapability;
import dev.gantry.v1.AclJobFeature;
import dev.gantry.v1.AclVariableCapability;
import java.util.List;
import java.util.Set;

/**
 * Decides what a caller may do. Grants never change: when a token or a policy changes, the server makes new grants for the
 * caller.
 */
public interface Grants {

    /** Everything: a management token. */
    Grants ALL = new Grants() {
        @Override
        public boolean allows(AclCapability capability, String jobId) {
            return true;
        }

        @Override
        public boolean allows(AclVariableCapability capability, String path) {
            return true;
        }

        @Override
        public Set<AclJobFeature> deniedFeatures(String jobId) {
            return Set.of();
        }

        @Override
        public AclAccess node() {
            return AclAccess.ACL_ACCESS_WRITE;
        }

        @Override
        public AclAccess operator() {
            return AclAccess.ACL_ACCESS_WRITE;
        }

        @Override
        public boolean isManagement() {
            return true;
        }
    };

    /** Nothing: a join token, or a token whose policies are gone. */
    Grants NONE = new Grants() {
        @Override
        public boolean allows(AclCapability capability, String jobId) {
            return false;
        }

        @Override
        public boolean allows(AclVariableCapability capability, String path) {
            return false;
        }

        @Override
        public Set<AclJobFeature> deniedFeatures(String jobId) {
            return Set.of();
        }

        @Override
        public AclAccess node() {
            return AclAccess.ACL_ACCESS_DENY;
        }

        @Override
        public AclAccess operator() {
            return AclAccess.ACL_ACCESS_DENY;
        }

        @Override
        public boolean isManagement() {
            return false;
        }
    };

    /**
     * Decides whether the caller has a capability on a job.
     *
     * @param capability the capability
     * @param jobId the id of a job, which need not exist
     * @return true if it is allowed
     */
    boolean allows(AclCapability capability, String jobId);

    /**
     * Decides whether the caller has a capability on a variable.
     *
     * @param capability the capability
     * @param path the path of a variable, which need not exist
     * @return true if it is allowed
     */
    boolean allows(AclVariableCapability capability, String path);

    /**
     * Returns what a job that the caller submits must not use.
     *
     * @param jobId the job's id
     * @return the features; none if the caller may not submit the job at all
     */
    Set<AclJobFeature> deniedFeatures(String jobId);

    /**
     * Returns the policies because of which a job that the caller submits must not use a feature.
     *
     * @param feature the feature
     * @param jobId the job's id
     * @return the names of the policies, sorted; none if it is not denied
     */
    default List<String> policiesDenying(AclJobFeature feature, String jobId) {
        return List.of();
    }

    /**
     * Returns the access to nodes.
     *
     * @return DENY, READ or WRITE
     */
    AclAccess node();

    /**
     * Returns the access to the cluster as a whole.
     *
     * @return DENY, READ or WRITE
     */
    AclAccess operator();

    /**
     * Decides whether the caller may manage tokens and policies.
     *
     * @return true for a management token
     */
    boolean isManagement();
}
