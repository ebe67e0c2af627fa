package dev.gantry.api.access;

import dev.gantry.access.Grants;
import io.grpc.Context;
import java.util.function.Supplier;

/**
 * Returns the grants of a call's caller as they are at each moment of the call. Services use the grants to leave out of a
 * response what the caller may not see.
 */
public final class CallGrants {

    /** Returns the present grants. */
    private static final Context.Key<Supplier<Grants>> PRESENT = Context.key("gantry-grants");

    private final Supplier<Grants> present;

    private CallGrants(Supplier<Grants> present) {
        this.present = present;
    }

    /**
     * Returns a context with the grants of a caller.
     *
     * @param context the context of a call
     * @param present returns the present grants; never blocks
     * @return the context to make the call in
     */
    public static Context with(Context context, Supplier<Grants> present) {
        return context.withValue(PRESENT, present);
    }

    /**
     * Returns the grants of this thread's call. They can be used after it, by other threads.
     *
     * @return the grants; none outside of a call
     */
    public static CallGrants ofThisCall() {
        Supplier<Grants> present = PRESENT.get();
        return new CallGrants(present == null ? () -> Grants.NONE : present);
    }

    /**
     * Returns the grants at this moment.
     *
     * @return the grants
     */
    public Grants now() {
        return present.get();
    }
}
