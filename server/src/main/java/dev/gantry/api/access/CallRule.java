package dev.gantry.api.access;

import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.gantry.access.Caller;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Says who may make the calls of one method.
 *
 * @param method the method
 * @param audience who may call it at all
 * @param needs what a caller needs, as the table in docs/security.md writes it
 * @param preparation finds out what a request is about
 * @param isAudited true if each call is recorded in the audit log; otherwise only calls whose caller is refused
 */
public record CallRule(
        MethodDescriptor<?, ?> method, Audience audience, String needs, Preparation preparation, boolean isAudited) {

    /**
     * Makes a rule of a method that is audited unless its name says that it only reads, {@code Get}, {@code List} or
     * {@code Watch}, and its answer has no field that is marked as {@code debug_redact}. {@link #audited} and
     * {@link #notAudited} make exceptions.
     *
     * @param method the method
     * @param audience who may call it at all
     * @param needs what a caller needs
     * @param preparation finds out what a request is about
     */
    public CallRule(MethodDescriptor<?, ?> method, Audience audience, String needs, Preparation preparation) {
        this(method, audience, needs, preparation, !isPlainRead(method));
    }

    /**
     * Returns the rule of a call that reads, but reads secrets, logs or a terminal.
     *
     * @return the same rule, audited
     */
    public CallRule audited() {
        return new CallRule(method, audience, needs, preparation, true);
    }

    /**
     * Returns the rule of a call that changes nothing, although its name does not say so.
     *
     * @return the same rule, not audited
     */
    public CallRule notAudited() {
        return new CallRule(method, audience, needs, preparation, false);
    }

    private static boolean isPlainRead(MethodDescriptor<?, ?> method) {
        return Stream.of("Get", "List", "Watch").anyMatch(String.valueOf(method.getBareMethodName())::startsWith)
                && !readsSecrets(method);
    }

    /** Looks at the answer and at the object in it. The objects of a list have no secrets. */
    private static boolean readsSecrets(MethodDescriptor<?, ?> method) {
        return method.getResponseMarshaller() instanceof PrototypeMarshaller<?> marshaller
                && marshaller.getMessagePrototype() instanceof Message answer
                && answer.getDescriptorForType().getFields().stream()
                        .flatMap(field -> field.getJavaType() == JavaType.MESSAGE && !field.isRepeated()
                                ? Stream.concat(Stream.of(field), field.getMessageType().getFields().stream())
                                : Stream.of(field))
                        .anyMatch(field -> field.getOptions().getDebugRedact());
    }

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
     * @param objects what the request is about, for the audit log: names of objects by the names of the fields that
     *     hold them
     * @param check throws a {@link dev.gantry.cluster.ClusterException} if a caller may not make the call with what it
     *     may do at that moment. Never blocks, so that open streams can be checked again
     */
    public record Prepared(Message request, Map<String, String> objects, Consumer<Caller> check) {

        /**
         * Makes the decision on a request whose fields name all that it is about.
         *
         * @param request the request for the service
         * @param check throws if a caller may not make the call
         */
        public Prepared(Message request, Consumer<Caller> check) {
            this(request, MessageObjects.of(request), check);
        }
    }
}
