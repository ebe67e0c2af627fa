package dev.gantry.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Whose a file shall be.
 *
 * @param user number of the user, as an unsigned integer; empty to leave it
 * @param group number of the group, likewise
 */
public record FileOwner(Optional<Integer> user, Optional<Integer> group) {

    /** Leaves files to whom they belong at first. */
    public static final FileOwner OF_THIS_PROCESS = new FileOwner(Optional.empty(), Optional.empty());

    private static final long HIGHEST = 0xffff_fffeL;

    /**
     * Reads the user and the group that a task runs as. Names are left out: they are those of the task's image, which this
     * machine does not know.
     *
     * @param user a number, a name or nothing
     * @param group likewise
     * @return the owner, as far as it is known by number
     */
    public static FileOwner of(String user, String group) {
        return new FileOwner(number(user), number(group));
    }

    /**
     * Gives a file away.
     *
     * @param path the file
     * @throws IOException if that fails, say because this process is not root's
     */
    void give(Path path) throws IOException {
        if (user.isPresent()) {
            Files.setAttribute(path, "unix:uid", user.get());
        }
        if (group.isPresent()) {
            Files.setAttribute(path, "unix:gid", group.get());
        }
    }

    private static Optional<Integer> number(String text) {
        return text.matches("\\d{1,10}") && Long.parseLong(text) <= HIGHEST
                ? Optional.of(Integer.parseUnsignedInt(text))
                : Optional.empty();
    }
}
