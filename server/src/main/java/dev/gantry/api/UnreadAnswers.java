package dev.gantry.api;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Bounds the memory of large messages that this server passes on and that their callers have not read: the server that has sent
 * them takes them for read. A message that finds no room ends its call. Callers that have not read for too long are then cut off,
 * so that there is room for the next ones. Thread-safe.
 */
final class UnreadAnswers {

    /** Messages up to this size do not count: the number of calls bounds them. */
    static final int SMALL = 32 * 1024;

    private final long total;
    private final SlowReaders readers;

    // Guarded by this.
    private final Map<Object, Integer> held = new HashMap<>();
    private long taken;
    private boolean isRoomWanted;

    /**
     * Makes a limit of which nothing is used.
     *
     * @param total the bytes that unread messages may use together. A larger message is passed on while there is no other
     * @param patience how long a message may stay unread while there is no room for others
     */
    UnreadAnswers(long total, Duration patience) {
        this.total = total;
        this.readers = new SlowReaders(patience, this::isRoomWanted);
    }

    /**
     * Takes memory for a message that is about to be sent to a reader.
     *
     * @param reader has at most one message under way
     * @param bytes the size of the message
     * @param end cuts the reader off
     * @return false if there is no room
     */
    boolean send(Object reader, int bytes, Runnable end) {
        if (bytes <= SMALL) {
            return true;
        }
        if (take(reader, bytes)) {
            readers.sent(reader, end);
            return true;
        }
        readers.makeRoom();
        return false;
    }

    private synchronized boolean take(Object reader, int bytes) {
        if (taken > 0 && taken + bytes > total) {
            isRoomWanted = true;
            return false;
        }
        taken += bytes;
        held.put(reader, bytes);
        return true;
    }

    /** Gives back what a reader holds: it has read its message, or its call has ended. */
    void read(Object reader) {
        if (giveBack(reader)) {
            readers.read(reader);
        }
    }

    private synchronized boolean giveBack(Object reader) {
        Integer bytes = held.remove(reader);
        if (bytes == null) {
            return false;
        }
        taken -= bytes;
        isRoomWanted = isRoomWanted && taken > total / 2;
        return true;
    }

    private synchronized boolean isRoomWanted() {
        return isRoomWanted;
    }
}
