package dev.gantry.store;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;

/** Parses messages from the database. */
final class Messages {

    private Messages() {}

    /**
     * Parses a message.
     *
     * @throws StoreException if the bytes are damaged; the message names the object if its id could be read
     */
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

    /** Describes a message that was parsed in part: its id is the first field. */
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
