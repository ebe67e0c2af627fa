package dev.gantry.api.access;

import dev.gantry.access.Caller;
import io.grpc.Context;

/** Hands the caller from the interceptor that authenticates it to what decides on its call. */
public final class CallContext {

    /** The caller; null in a call that needs no token and brought none. */
    public static final Context.Key<Caller> CALLER = Context.key("gantry-caller");

    private CallContext() {}
}
