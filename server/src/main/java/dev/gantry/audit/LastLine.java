package dev.gantry.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Finds the end of the last whole line of an audit log. */
final class LastLine {

    private LastLine() {}

    /**
     * Returns the offset after the last whole line.
     *
     * @param file the file, which exists
     * @throws AuditException if the file does not look like an audit log
     * @throws IOException if it can't be read
     */
    static long end(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size == 0) {
                return 0;
            }
            if (read(channel, 0, 1).get(0) != '{') {
                throw foreign(file, "does not begin with {");
            }
            long from = Math.max(0, size - AuditLine.LONGEST);
            ByteBuffer tail = read(channel, from, (int) (size - from));
            for (int i = tail.limit() - 1; i >= 0; i--) {
                if (tail.get(i) == '\n') {
                    return from + i + 1;
                }
            }
            if (from > 0) {
                throw foreign(file, "ends with a line of more than %d bytes".formatted(AuditLine.LONGEST));
            }
            return 0;
        }
    }

    private static ByteBuffer read(FileChannel channel, long from, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {}
        return buffer.flip();
    }

    private static AuditException foreign(Path file, String why) {
        return new AuditException(
                "%s is no audit log, since it %s: name another file with --audit-log".formatted(file, why), null);
    }
}
