package dev.gantry.store;

import dev.gantry.v1.AclPolicy;
import java.util.ArrayList;
import java.util.List;

/**
 * The changes of one committed write to tokens and policies: each changed object in its new state.
 *
 * @param policies policies
 * @param tokens tokens
 * @param removedPolicies names of policies that were deleted
 * @param removedTokens accessor ids of tokens that were deleted
 */
public record AccessChanges(
        List<AclPolicy> policies, List<StoredToken> tokens, List<String> removedPolicies, List<String> removedTokens) {

    /** No changes. */
    public static final AccessChanges NONE = new AccessChanges(List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public AccessChanges {
        policies = List.copyOf(policies);
        tokens = List.copyOf(tokens);
        removedPolicies = List.copyOf(removedPolicies);
        removedTokens = List.copyOf(removedTokens);
    }

    /**
     * Returns true if there are no changes.
     *
     * @return true if all lists are empty
     */
    public boolean isEmpty() {
        return policies.isEmpty() && tokens.isEmpty() && removedPolicies.isEmpty() && removedTokens.isEmpty();
    }

    /** Collects the changes of a write while it runs. */
    static final class Recorder {

        final List<AclPolicy> policies = new ArrayList<>();
        final List<StoredToken> tokens = new ArrayList<>();
        final List<String> removedPolicies = new ArrayList<>();
        final List<String> removedTokens = new ArrayList<>();

        AccessChanges changes() {
            return new AccessChanges(policies, tokens, removedPolicies, removedTokens);
        }
    }
}
