package dev.gantry.api.access;

import dev.gantry.access.Grants;
import io.grpc.Context;
import java.util.function.Supplier;

/** What the caller of a call may do, at each moment of the call. For services that leave out what it may not see. */
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
