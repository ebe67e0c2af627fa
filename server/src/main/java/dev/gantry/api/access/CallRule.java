package dev.gantry.api.access;

import com.google.protobuf.Message;
import dev.gantry.access.Caller;
import io.grpc.MethodDescriptor;
import java.util.function.Consumer;

/**
 * Says who may make the calls of one method.
 *
 * @param method the method
 * @param audience who may call it at all
 * @param needs what a caller needs, as the table in docs/security.md writes it
 * @param preparation finds out what a request is about
 */
public record CallRule(MethodDescriptor<?, ?> method, Audience audience, String needs, Preparation preparation) {

    /** Who may call a method. */
    public enum Audience {
        /** Everyone, also without a token. */
        EVERYONE,
        /** Nodes, which prove who they are in another way. */
        NODES,
        /** Holders of a token, if their requests pass the rule. */
        HOLDERS
    }

    /** Finds out what a request is about. */
    @FunctionalInterface
    public interface Preparation {

        /**
         * Prepares the decision on a request. May read the store.
         *
         * @param request the request as it came
         * @param caller the caller
         * @return the decision
         * @throws dev.gantry.cluster.ClusterException if the request names an object that is unknown to the caller
         */
        Prepared prepare(Message request, Caller caller);
    }

    /**
     * A request that can be decided.
     *
     * @param request the request for the service. Ids in it are whole, so that the service finds the object that was
     *     decided on
     * @param check throws a {@link dev.gantry.cluster.ClusterException} if a caller may not make the call with what it
     *     may do at that moment. Never blocks, so that open streams can be checked again
     */
    public record Prepared(Message request, Consumer<Caller> check) {}
}
