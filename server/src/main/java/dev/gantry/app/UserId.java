package dev.gantry.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the number of a user of this machine. */
final class UserId {

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");
    private static final int UID = 2;

    private UserId() {}

    /**
     * Returns the number of a user.
     *
     * @param text a number, or a name
     * @param users the file with the users, {@code /etc/passwd}
     * @throws IllegalArgumentException if there is no user of that name
     */
    static long parse(String text, Path users) {
        if (NUMBER.matcher(text).matches()) {
            return Long.parseLong(text);
        }
        try (Stream<String> lines = Files.lines(users)) {
            return lines.map(line -> line.split(":"))
                    .filter(fields -> fields.length > UID && fields[0].equals(text))
                    .map(fields -> Long.parseLong(fields[UID]))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "%s has no user \"%s\": say the number".formatted(users, text)));
        } catch (IOException e) {
            throw new IllegalArgumentException("%s can't be read: say the user's number".formatted(users), e);
        }
    }
}
