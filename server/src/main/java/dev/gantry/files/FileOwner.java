package dev.gantry.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The owner to give a file.
 *
 * @param user number of the user, as an unsigned integer; empty to leave it
 * @param group number of the group, likewise
 */
public record FileOwner(Optional<Integer> user, Optional<Integer> group) {

    /** Leaves files to the user of this process. */
    public static final FileOwner OF_THIS_PROCESS = new FileOwner(Optional.empty(), Optional.empty());

    private static final long HIGHEST = 0xffff_fffeL;

    /**
     * Parses the user and the group that a task runs as. Names are ignored: they are names in the image of the task,
     * which this machine does not know.
     *
     * @param user a number, a name or nothing
     * @param group likewise
     * @return the owner, as far as it is known by number
     */
    public static FileOwner of(String user, String group) {
        return new FileOwner(number(user), number(group));
    }

    /**
     * Reads the owner of a file.
     *
     * @param path the file, a link itself
     * @return its owner
     * @throws IOException if it can't be read
     */
    static FileOwner of(Path path) throws IOException {
        Map<String, Object> numbers = Files.readAttributes(path, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
        return new FileOwner(Optional.of((Integer) numbers.get("uid")), Optional.of((Integer) numbers.get("gid")));
    }

    /**
     * Gives a file away; a link itself, not what it leads to.
     *
     * @param path the file. Only trusted users may write to the directories above it
     * @throws IOException if that fails, such as in a process without root's rights
     */
    public void give(Path path) throws IOException {
        if (user.isPresent()) {
            Files.setAttribute(path, "unix:uid", user.get(), LinkOption.NOFOLLOW_LINKS);
        }
        if (group.isPresent()) {
            Files.setAttribute(path, "unix:gid", group.get(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    private static Optional<Integer> number(String text) {
        return text.matches("\\d{1,10}") && Long.parseLong(text) <= HIGHEST
                ? Optional.of(Integer.parseUnsignedInt(text))
                : Optional.empty();
    }
}
