package dev.gantry.node.template;

import dev.gantry.files.DurableFile;
import dev.gantry.files.FileTrees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * What a later process of the node has to know about the templates of a running task: the digests of the files that the task
 * has been told of, and the templates that were files of the task, which it may have changed since. Only the node's user may
 * read them.
 *
 * @param directory the directory, which is also the staging place of the files
 */
record TemplateRecords(Path directory) {

    private static final String DIGESTS = "digests";

    /** Deletes the records of an earlier start. */
    void clear() throws IOException {
        FileTrees.delete(directory);
        Files.createDirectories(directory.getParent());
        Files.createDirectory(directory, DurableFile.OWNER_ONLY_DIRECTORY);
    }

    void putSource(int template, String text) throws IOException {
        Files.writeString(directory.resolve(template + ".source"), text);
    }

    String source(int template) throws IOException {
        return Files.readString(directory.resolve(template + ".source"));
    }

    /** Stores one digest for each template, in place of earlier ones. */
    void putDigests(List<String> digests) throws IOException {
        DurableFile.write(
                directory.resolve(DIGESTS),
                String.join("\n", digests).getBytes(StandardCharsets.UTF_8),
                DurableFile.OWNER_ONLY);
    }

    /** Returns the digests; empty if there are none of so many templates. */
    Optional<List<String>> digests(int count) throws IOException {
        try {
            List<String> digests = Files.readAllLines(directory.resolve(DIGESTS));
            return Optional.of(digests).filter(found -> found.size() == count);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    static String digest(String text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java lacks SHA-256", e);
        }
    }
}
