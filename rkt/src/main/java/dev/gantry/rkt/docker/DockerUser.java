package dev.gantry.rkt.docker;

import java.util.Optional;

/**
 * The user and group of an image's app.
 *
 * @param user a name or a number
 * @param group a name or a number
 */
record DockerUser(String user, String group) {

    /**
     * Reads the {@code User} of an image's configuration. Without a group, docker2aci uses the user's name or number as
     * the group. If no group has the user's name, it uses the group in the user's line of passwd.
     *
     * @param text {@code USER}, {@code USER:GROUP} or nothing
     * @param passwd the image's {@code /etc/passwd}
     * @param groups the image's {@code /etc/group}
     * @return user and group
     */
    static DockerUser of(String text, String passwd, String groups) {
        if (text.isEmpty()) {
            return new DockerUser("0", "0");
        }
        int colon = text.indexOf(':');
        if (colon >= 0) {
            String user = text.substring(0, colon);
            return new DockerUser(user.isEmpty() ? "0" : user, text.substring(colon + 1));
        }
        if (text.matches("\\d+") || line(groups, text).isPresent()) {
            return new DockerUser(text, text);
        }
        String group = line(passwd, text)
                .filter(fields -> fields.length > 3)
                .map(fields -> fields[3])
                .orElse(text);
        return new DockerUser(text, group);
    }

    private static Optional<String[]> line(String file, String name) {
        return file.lines()
                .map(line -> line.split(":", -1))
                .filter(fields -> fields[0].equals(name))
                .findFirst();
    }
}
