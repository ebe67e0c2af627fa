package dev.gantry.store;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/** Reads messages out of the database. */
final class Messages {

    private Messages() {}

    static <M extends Message> M parse(Parser<M> parser, byte[] bytes) {
        try {
            return parser.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new StoreException(
                    "%s can't be read: the database is damaged; restore a backup of it"
                            .formatted(name(e.getUnfinishedMessage())),
                    e);
        }
    }

    /** As far as it could be read: its id comes first. */
    private static String name(MessageLite unfinished) {
        if (!(unfinished instanceof Message message)) {
            return "A stored message";
        }
        Descriptor type = message.getDescriptorForType();
        FieldDescriptor id = type.findFieldByName("id");
        return id == null
                ? "A stored " + type.getName()
                : "The stored %s %s".formatted(type.getName(), message.getField(id));
    }
}
