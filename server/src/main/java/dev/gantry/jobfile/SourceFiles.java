package dev.gantry.jobfile;

import dev.gantry.jobfile.hcl.Faults;
import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Reads files of one kind.
 *
 * @param <T> what such a file says
 */
final class SourceFiles<T> {

    /** The largest file: 1 MiB. */
    static final int LARGEST = 1 << 20;

    private static final String BYTE_ORDER_MARK = "\ufeff";

    private final String kind;
    private final String tooLarge;
    private final BiFunction<String, Faults, T> parser;

    /**
     * Makes a reader.
     *
     * @param kind the kind of file, in messages
     * @param tooLarge why such a file is not larger than {@link #LARGEST}
     * @param parser reads the text, and keeps its faults; a {@link TextFaultException} is the last of them
     */
    SourceFiles(String kind, String tooLarge, BiFunction<String, Faults, T> parser) {
        this.kind = kind;
        this.tooLarge = tooLarge;
        this.parser = parser;
    }

    /**
     * Reads a file.
     *
     * @throws JobFileException if the file can't be read, is larger than {@link #LARGEST}, or is malformed
     */
    T read(Path file) {
        String name = file.toString();
        if (Files.isDirectory(file)) {
            throw new JobFileException(name + ": is a directory: name a " + kind);
        }
        try (InputStream in = Files.newInputStream(file)) {
            return read(name, in);
        } catch (NoSuchFileException e) {
            throw new JobFileException(name + ": there is no such file: check the path", e);
        } catch (AccessDeniedException e) {
            throw new JobFileException(name + ": may not be read: check its permissions", e);
        } catch (IOException e) {
            throw new JobFileException(name + ": can't be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a file from a stream, such as standard input.
     *
     * @param name how messages call it
     * @param in the file's bytes, UTF-8; read to its end, but no further than {@link #LARGEST}, and not closed
     * @throws JobFileException as for a file
     */
    T read(String name, InputStream in) {
        byte[] bytes = readBytes(name, in);
        String text;
        try {
            text = decode(bytes);
        } catch (TextFaultException e) {
            throw new JobFileException(oneLine(name + ":" + e.position() + ": " + e.getMessage()), e);
        }
        Faults faults = new Faults();
        Optional<T> read = faults.attempt(() -> parser.apply(text, faults));
        if (!faults.isEmpty()) {
            throw JobFileException.of(name, text, faults);
        }
        return read.orElseThrow();
    }

    /** Returns a message on one line: messages quote the file, which may have line feeds or terminal control sequences. */
    static String oneLine(String message) {
        return message.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ");
    }

    private byte[] readBytes(String name, InputStream in) {
        byte[] bytes;
        try {
            bytes = in.readNBytes(LARGEST + 1);
        } catch (IOException e) {
            throw new JobFileException(name + ": can't be read: " + e.getMessage(), e);
        }
        if (bytes.length > LARGEST) {
            throw new JobFileException(name + ": is larger than 1 MiB: " + tooLarge);
        }
        return bytes;
    }

    private static String decode(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), text, true);
        String decoded = text.flip().toString();
        if (result.isError()) {
            throw new TextFaultException(
                    Position.of(decoded, decoded.length()), "this is not UTF-8: save the file as UTF-8 text");
        }
        return decoded.startsWith(BYTE_ORDER_MARK) ? decoded.substring(BYTE_ORDER_MARK.length()) : decoded;
    }
}
