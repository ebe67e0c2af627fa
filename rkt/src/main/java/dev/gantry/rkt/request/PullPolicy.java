package dev.gantry.rkt.request;

import dev.gantry.rkt.RktException;
import java.util.Locale;

/** When an image is fetched although it is stored, or not although it is not ({@code --pull-policy}). */
public enum PullPolicy {
    /** What is not stored is not fetched. */
    NEVER,
    /** What is stored is not fetched. */
    NEW,
    /** What can be fetched is fetched. */
    UPDATE;

    /**
     * Reads a policy.
     *
     * @param text {@code never}, {@code new} or {@code update}
     * @return the policy
     * @throws RktException if it is none of them
     */
    public static PullPolicy parse(String text) throws RktException {
        for (PullPolicy policy : values()) {
            if (policy.name().toLowerCase(Locale.ROOT).equals(text)) {
                return policy;
            }
        }
        throw new RktException("invalid pull policy \"%s\": should be one of never, new, update".formatted(text));
    }
}
