package dev.gantry.api;

import com.google.protobuf.MessageLite;
import java.util.List;

/** Cuts lists of objects of any size so that a message that holds them stays small. */
final class Fitting {

    private Fitting() {}

    /** As many from the head of a list as take so many bytes; one at least. */
    static <T extends MessageLite> List<T> head(List<T> objects, int bytes) {
        long size = 0;
        for (int i = 0; i < objects.size(); i++) {
            size += objects.get(i).getSerializedSize();
            if (size > bytes && i > 0) {
                return objects.subList(0, i);
            }
        }
        return objects;
    }
}
