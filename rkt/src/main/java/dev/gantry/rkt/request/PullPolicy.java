package dev.gantry.rkt.request;

import dev.gantry.rkt.RktException;
import java.util.Locale;

/** The policies for fetching images ({@code --pull-policy}). */
public enum PullPolicy {
    /** Fetch nothing: an image that is not stored is an error. */
    NEVER,
    /** Fetch only images that are not stored. */
    NEW,
    /** Fetch each image again, if it can be fetched. */
    UPDATE;

    /**
     * Reads a policy.
     *
     * @param text {@code never}, {@code new} or {@code update}
     * @return the policy
     * @throws RktException if the text names no policy
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
