package dev.gantry.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldOptions;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import dev.gantry.api.access.CallRule.Audience;
import dev.gantry.api.access.CallRule.Prepared;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.ProtoUtils;
import org.junit.jupiter.api.Test;

class CallRuleTest {

    private static final FieldDescriptorProto SECRET = FieldDescriptorProto.newBuilder()
            .setName("secret")
            .setNumber(1)
            .setType(FieldDescriptorProto.Type.TYPE_STRING)
            .setOptions(FieldOptions.newBuilder().setDebugRedact(true))
            .build();

    @Test
    void a_method_is_audited_unless_its_name_says_that_it_only_reads() throws Exception {
        assertThat(isAudited("PutThing", "plain")).isTrue();
        assertThat(isAudited("GetThing", "plain")).isFalse();
        assertThat(isAudited("ListThings", "plain")).isFalse();
        assertThat(isAudited("WatchThing", "plain")).isFalse();
    }

    @Test
    void a_read_of_secrets_is_audited_and_a_list_of_objects_without_them_is_not() throws Exception {
        assertThat(isAudited("GetThing", "thing")).isTrue();
        assertThat(isAudited("GetThing", "holder")).isTrue();
        assertThat(isAudited("ListThings", "list")).isFalse();
    }

    private static boolean isAudited(String method, String answer) throws Exception {
        FileDescriptor file = FileDescriptor.buildFrom(
                FileDescriptorProto.newBuilder()
                        .setName("test.proto")
                        .addMessageType(DescriptorProto.newBuilder().setName("plain"))
                        .addMessageType(
                                DescriptorProto.newBuilder().setName("thing").addField(SECRET))
                        .addMessageType(DescriptorProto.newBuilder()
                                .setName("holder")
                                .addField(thing(FieldDescriptorProto.Label.LABEL_OPTIONAL)))
                        .addMessageType(DescriptorProto.newBuilder()
                                .setName("list")
                                .addField(thing(FieldDescriptorProto.Label.LABEL_REPEATED)))
                        .build(),
                new FileDescriptor[0]);
        Descriptor type = file.findMessageTypeByName(answer);
        DynamicMessage prototype = DynamicMessage.getDefaultInstance(type);
        MethodDescriptor<?, ?> described = MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
                .setType(MethodType.UNARY)
                .setFullMethodName("test.Service/" + method)
                .setRequestMarshaller(ProtoUtils.marshaller(prototype))
                .setResponseMarshaller(ProtoUtils.marshaller(prototype))
                .build();
        return new CallRule(
                        described, Audience.HOLDERS, "any token", (request, caller) -> new Prepared(request, any -> {}))
                .isAudited();
    }

    private static FieldDescriptorProto thing(FieldDescriptorProto.Label label) {
        return FieldDescriptorProto.newBuilder()
                .setName("thing")
                .setNumber(1)
                .setLabel(label)
                .setType(FieldDescriptorProto.Type.TYPE_MESSAGE)
                .setTypeName("thing")
                .build();
    }
}
