package dev.gantry.driver.rkt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The identity of an image file at one moment. Any change or replacement of the file changes the identity, since no
 * program can set the change time of a file.
 *
 * @param path absolute
 * @param device the file system that it is on
 * @param inode the number of the file in the file system
 * @param size in bytes
 * @param modified the time of the last change of the content, which a program can set
 * @param changed the time of the last change of the content or the attributes, which only the kernel sets
 */
record ImageFile(Path path, long device, long inode, long size, FileTime modified, FileTime changed) {

    /** The coarsest resolution of file times: two changes within it may look the same. */
    private static final Duration COARSEST = Duration.ofSeconds(2);

    private static final String ATTRIBUTES = "unix:dev,ino,size,lastModifiedTime,ctime,isRegularFile";

    /** Reads the identity of a file; empty if there is no regular file of this name. */
    static Optional<ImageFile> look(String name) {
        Path path;
        Map<String, Object> found;
        try {
            path = Path.of(name);
            found = Files.readAttributes(path, ATTRIBUTES);
        } catch (IOException | InvalidPathException e) {
            // rkt will report the error.
            return Optional.empty();
        }
        if (!Boolean.TRUE.equals(found.get("isRegularFile"))) {
            return Optional.empty();
        }
        return Optional.of(new ImageFile(
                path,
                (Long) found.get("dev"),
                (Long) found.get("ino"),
                (Long) found.get("size"),
                (FileTime) found.get("lastModifiedTime"),
                (FileTime) found.get("ctime")));
    }

    /**
     * Decides whether a change from now on would change the times of the file. Clocks of file systems are coarse, so a
     * change right after the last one might not.
     */
    boolean isSettled(Instant now) {
        return changed.toInstant().plus(COARSEST).isBefore(now);
    }

    /** Decides whether the file is still the same. */
    boolean isUnchanged() {
        return look(path.toString()).filter(this::equals).isPresent();
    }
}
